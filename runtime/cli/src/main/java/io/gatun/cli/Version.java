package io.gatun.cli;

import io.gatun.cli.load.Kernels;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The program's version, and what it computes with here. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {"gatun %s (kernels: %s)".formatted(number(), Kernels.inUse())};
  }

  static String number() {
    return Optional.ofNullable(Version.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .orElse("from source");
  }
}
