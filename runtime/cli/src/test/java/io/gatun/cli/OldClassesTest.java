package io.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.core.JsonParser;

/** On the command line's parser, whose class files are the old ones. */
class OldClassesTest {
  private static final String PARSER = CommandLine.class.getName().replace('.', '/') + ".class";

  @TempDir Path folder;
  private Path jar = Path.of("");
  private Path modern = Path.of("");

  @BeforeEach
  void copyJars() throws Exception {
    jar = copied(CommandLine.class, "old.jar");
    modern = copied(JsonParser.class, "modern.jar");
  }

  private Path copied(Class<?> type, String name) throws Exception {
    Path original = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    return Files.copy(original, folder.resolve(name));
  }

  private static ClassModel parser(Path path) throws IOException {
    try (var file = new JarFile(path.toFile());
        var in = file.getInputStream(file.getEntry(PARSER))) {
      return ClassFile.of().parse(in.readAllBytes());
    }
  }

  private static List<String> names(Path path) throws IOException {
    try (var file = new JarFile(path.toFile())) {
      return Collections.list(file.entries()).stream().map(JarEntry::getName).toList();
    }
  }

  private static boolean hasStackMaps(ClassModel type) {
    return type.methods().stream()
        .flatMap(method -> method.code().stream())
        .anyMatch(code -> code.findAttribute(Attributes.stackMapTable()).isPresent());
  }

  @Test
  void classesBecomeThoseOfAVersionWithStackMaps() throws IOException {
    byte[] untouched = Files.readAllBytes(modern);
    List<String> names = names(jar);
    ClassModel old = parser(jar);
    assertTrue(old.majorVersion() < ClassFile.JAVA_7_VERSION, "the parser has become modern: " + old.majorVersion());
    assertFalse(hasStackMaps(old));
    OldClasses.main(new String[] {folder.toString()});
    ClassModel renewed = parser(jar);
    assertEquals(ClassFile.JAVA_7_VERSION, renewed.majorVersion());
    assertTrue(hasStackMaps(renewed));
    assertEquals(List.of(), ClassFile.of().verify(renewed));
    assertEquals(old.methods().size(), renewed.methods().size());
    assertEquals(names, names(jar));
    assertArrayEquals(untouched, Files.readAllBytes(modern));
  }

  @Test
  void whatWasRenewedStaysAsItIs() throws IOException {
    OldClasses.main(new String[] {folder.toString()});
    byte[] once = Files.readAllBytes(jar);
    OldClasses.main(new String[] {folder.toString()});
    assertArrayEquals(once, Files.readAllBytes(jar));
  }
}
