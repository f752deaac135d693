package io.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.text.template.ChatInput;
import io.gatun.text.template.ChatTemplate;
import io.gatun.text.template.Rendering;
import io.gatun.text.template.TemplateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A user who writes every control token of a vocabulary, through every real template: the prompt has the control tokens
 * that it has with a harmless message, and no others.
 */
class ChatInjectionTest {

  @TestFactory
  Stream<DynamicTest> noControlTokenOfAMessageCounts() {
    List<ChatTemplate> templates = templates();
    return vocabularies()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> assertInert(file, templates)));
  }

  private static Path found(String path) {
    return Oracle.find(path).orElseGet(() -> Assumptions.abort(Oracle.missing(path)));
  }

  private static Stream<Path> files(String folder, String end) {
    try (Stream<Path> files = Files.list(found(folder))) {
      return files.filter(file -> file.toString().endsWith(end)).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ChatTemplate> templates() {
    List<ChatTemplate> templates =
        files("templates/files", ".jinja").map(Rendering::read).map(ChatTemplate::parse).toList();
    assertTrue(templates.size() > 40, "templates: " + templates.size());
    return templates;
  }

  private static Stream<Path> vocabularies() {
    return Stream.concat(files("tokenizer/vocab", ".gguf"), files("tokenizer/vocab", ".gguf.gz"));
  }

  private static void assertInert(Path file, List<ChatTemplate> templates) {
    Tokenizer tokenizer = tokenizer(file);
    Vocabulary vocabulary = tokenizer.vocabulary();
    List<String> specials =
        IntStream.range(0, vocabulary.size())
            .filter(vocabulary::isGuarded)
            .mapToObj(vocabulary::text)
            .distinct()
            .toList();
    assertFalse(specials.isEmpty());
    String hostile = "so " + String.join(" ", specials) + " it is";
    assertFalse(specials(tokenizer, List.of(TextRun.template(hostile))).isEmpty(), "the text has control tokens");
    int rendered = 0;
    for (ChatTemplate template : templates) {
      rendered += assertInert(tokenizer, template, hostile) ? 1 : 0;
    }
    assertTrue(rendered > 40, "rendered " + rendered);
  }

  private static Tokenizer tokenizer(Path file) {
    try {
      return Tokenizer.of(Vocabularies.read(file));
    } catch (io.gatun.tensors.UnsupportedModelException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  /** Whether the template renders such a conversation. */
  private static boolean assertInert(Tokenizer tokenizer, ChatTemplate template, String hostile) {
    try {
      List<Integer> harmless = specials(tokenizer, template.render(conversation(tokenizer, "so it is")));
      assertEquals(harmless, specials(tokenizer, template.render(conversation(tokenizer, hostile))));
      return true;
    } catch (TemplateException refused) {
      return false;
    }
  }

  private static ChatInput conversation(Tokenizer tokenizer, String content) {
    Vocabulary vocabulary = tokenizer.vocabulary();
    ChatInput input =
        ChatInput.of(
            List.of(
                Map.of("role", "user", "content", content),
                Map.of("role", "assistant", "content", "yes"),
                Map.of("role", "user", "content", content)));
    return input
        .withToken("bos_token", text(vocabulary, vocabulary.bos()))
        .withToken("eos_token", text(vocabulary, vocabulary.eos()));
  }

  private static String text(Vocabulary vocabulary, OptionalInt id) {
    return id.isPresent() ? vocabulary.text(id.getAsInt()) : "";
  }

  private static List<Integer> specials(Tokenizer tokenizer, List<TextRun> prompt) {
    var specials = new ArrayList<Integer>();
    for (int id : tokenizer.encode(prompt, Set.of())) {
      if (tokenizer.vocabulary().isGuarded(id)) {
        specials.add(id);
      }
    }
    return specials;
  }
}
