package io.gatun.cli;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Brings class files of old versions to one that a JVM can keep in its cache: it takes none without stack maps, and
 * reads, verifies and links those at every start.
 */
public final class OldClasses {
  /** The first version whose classes must have stack maps, and are kept: that of Java 7. */
  private static final int KEPT = ClassFile.JAVA_7_VERSION;

  private static final String CLASS = ".class";

  private OldClasses() {}

  /**
   * Rewrites each jar of a folder that has such classes; the program's own module path must have them all.
   *
   * @param args the folder
   */
  public static void main(String[] args) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(args[0]), "*.jar")) {
      for (Path jar : jars) {
        if (hasOld(jar)) {
          Path renewed = jar.resolveSibling(jar.getFileName() + ".new");
          renew(jar, renewed);
          Files.move(renewed, jar, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static boolean hasOld(Path path) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (isOld(entry.getName(), bytes(jar, entry))) {
          return true;
        }
      }
      return false;
    }
  }

  private static void renew(Path path, Path target) throws IOException {
    var hierarchy = ClassHierarchyResolver.ofClassLoading(ClassLoader.getSystemClassLoader());
    ClassFile classes =
        ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(hierarchy));
    try (JarFile jar = new JarFile(path.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(target))) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        byte[] bytes = bytes(jar, entry);
        out.putNextEntry(new JarEntry(entry.getName()));
        out.write(isOld(entry.getName(), bytes) ? renewed(classes, classes.parse(bytes)) : bytes);
        out.closeEntry();
      }
    }
  }

  /** Stack maps are made for methods that are written anew, even if nothing in them changes. */
  private static byte[] renewed(ClassFile classes, ClassModel old) {
    return classes.transformClass(
        old,
        ClassTransform.endHandler(to -> to.withVersion(KEPT, 0))
            .andThen(ClassTransform.transformingMethodBodies((to, instruction) -> to.with(instruction))));
  }

  private static boolean isOld(String name, byte[] bytes) {
    return name.endsWith(CLASS) && bytes.length > 7 && ((bytes[6] & 0xFF) << Byte.SIZE | (bytes[7] & 0xFF)) < KEPT;
  }

  private static byte[] bytes(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
