package io.gatun.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.DeviceException;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailureTest {

  @Test
  void eachKindHasItsCode() {
    assertEquals(new Failure(2, "x: no such file"), Failure.of(new NoSuchFileException("x")));
    assertEquals(new Failure(2, "x: no such file"), Failure.of(new UncheckedIOException(new NoSuchFileException("x"))));
    assertEquals(new Failure(2, "x: permission denied"), Failure.of(new UncheckedIOException(new AccessDeniedException("x"))));
    assertEquals(new Failure(2, "m"), Failure.of(new IllegalArgumentException("m")));
    assertEquals(new Failure(2, "m"), Failure.of(new UsageException("m")));
    assertEquals(new Failure(3, "m"), Failure.of(new FormatException("m")));
    assertEquals(new Failure(4, "m"), Failure.of(new UnsupportedModelException("m")));
    assertEquals(new Failure(5, "m"), Failure.of(new DeviceException("m")));
    assertEquals(new Failure(1, "m"), Failure.of(new IllegalStateException("m")));
    assertEquals(new Failure(1, "IllegalStateException"), Failure.of(new IllegalStateException()));
  }

  @Test
  void aMessageIsOneLineWithoutEscapes() {
    assertEquals("a b", Failure.of(new FormatException("a\n\u001b[31mb\r\n")).message());
  }
}
