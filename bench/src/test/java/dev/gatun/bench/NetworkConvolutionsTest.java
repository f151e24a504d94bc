package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkConvolutionsTest {
    @ParameterizedTest
    @CsvSource({"alexnet, 5", "vgg16, 9", "googlenet, 49", "resnet50, 23"})
    void everyConvolutionOfANetworkIsThereOnce(String network, int distinct) {
        assertEquals(distinct, NetworkConvolutions.of(network).size());
    }

    @Test
    void eachIsTimedInAllDirections() {
        List<String> names = NetworkConvolutions.cases("alexnet").stream().map(KernelCase::name).toList();
        assertEquals(15, names.size());
        assertTrue(names.containsAll(List.of("alexnet:conv:1,3,224,224,64,11,4,2:forward", "alexnet:conv:1,3,224,224,64,11,4,2:backward_data",
                "alexnet:conv:1,3,224,224,64,11,4,2:backward_weights")), names::toString);
    }
}
