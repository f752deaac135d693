package io.gatun.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.device.ReferenceDevice;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DeviceContractTest {

  @TestFactory
  Stream<DynamicTest> theReferenceKeepsTheContract() {
    return new DeviceContract("reference", List.of(ReferenceDevice::new), new Tolerance.Exact())
        .checks()
        .map(check -> dynamicTest(check.name(), check::verify));
  }

  /** One operation after another wrong by a little: the checks that fail are that operation's, and some do. */
  @Test
  void aDeviceWithOneWrongOperationIsRejected() {
    for (String wrong : SpoiledDevice.OPERATIONS) {
      List<String> failing =
          new DeviceContract("spoiled", List.of(p -> SpoiledDevice.of(wrong, p)), Tolerance.rounded())
              .checks()
              .filter(check -> check.name().contains(SpoiledDevice.checkOf(wrong)))
              .filter(check -> check.fault().isPresent())
              .map(Check::name)
              .toList();
      assertEquals(false, failing.isEmpty(), wrong);
    }
  }
}
