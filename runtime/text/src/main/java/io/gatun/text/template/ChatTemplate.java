package io.gatun.text.template;

import io.gatun.tensors.Metadata;
import io.gatun.text.TextRun;
import io.gatun.text.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model's own way of writing a conversation: a {@link Template} that is given messages. The prompt it renders keeps
 * apart what the template wrote, in which control tokens count, and what the messages say, in which they do not; it
 * goes to {@link io.gatun.text.Tokenizer#encode(List, Set)} as it is, without a further BOS where it begins with one.
 *
 * <p>Immutable and thread-safe: parsed once, rendered any number of times.
 */
public final class ChatTemplate {
  private static final String KEY = "tokenizer.chat_template";
  private static final String VARIANT = KEY + ".";

  private final Template template;
  private final SystemMessages systemMessages;

  private ChatTemplate(Template template) {
    this.template = template;
    this.systemMessages = new SystemMessages(template);
  }

  /** @throws TemplateException if it is no template */
  public static ChatTemplate parse(String text) {
    return new ChatTemplate(Template.parse(text));
  }

  /**
   * The template in a model's metadata; empty if there is none.
   *
   * @throws TemplateException if it is no template
   */
  public static Optional<ChatTemplate> of(Metadata metadata) {
    return metadata.optionalString(KEY).map(ChatTemplate::parse);
  }

  /**
   * One of the templates that a model has for a purpose, such as {@code tool_use}; empty if there is none.
   *
   * @throws TemplateException if it is no template
   */
  public static Optional<ChatTemplate> of(Metadata metadata, String variant) {
    return metadata.optionalString(VARIANT + variant).map(ChatTemplate::parse);
  }

  /** The purposes that a model has templates of their own for, in alphabetical order. */
  public static Set<String> variants(Metadata metadata) {
    var variants = new TreeSet<String>();
    for (String key : metadata.keys()) {
      if (key.startsWith(VARIANT)) {
        variants.add(key.substring(VARIANT.length()));
      }
    }
    return variants;
  }

  /** Tokens of a vocabulary that templates name, for {@link ChatInput}: those that it has. */
  public static Map<String, String> tokens(Vocabulary vocabulary) {
    var tokens = new LinkedHashMap<String, String>();
    vocabulary.bos().ifPresent(id -> tokens.put("bos_token", vocabulary.text(id)));
    vocabulary.eos().ifPresent(id -> tokens.put("eos_token", vocabulary.text(id)));
    return tokens;
  }

  /**
   * The prompt of a conversation, as Jinja renders it.
   *
   * @return the text in stretches of one author
   * @throws TemplateException if the template refuses the conversation, or goes beyond its limits
   * @throws IllegalArgumentException if a variable is of a kind that JSON has not
   */
  public List<TextRun> render(ChatInput input) {
    return template.render(input.tokens(), input.variables(), input.clock());
  }

  /** As {@link #render(ChatInput)}, with what llama.cpp does around it. */
  public List<TextRun> render(ChatInput input, Set<LlamaLayer> layers) {
    ChatInput adjusted = layers.contains(LlamaLayer.MERGE_SYSTEM) ? systemMessages.merged(input) : input;
    List<TextRun> prompt = render(adjusted);
    String bos = input.tokens().getOrDefault("bos_token", "");
    return layers.contains(LlamaLayer.SINGLE_BOS) ? withoutDoubledBos(prompt, bos) : prompt;
  }

  private static List<TextRun> withoutDoubledBos(List<TextRun> prompt, String bos) {
    if (bos.isEmpty() || prompt.isEmpty() || !isDoubled(prompt.getFirst(), bos)) {
      return prompt;
    }
    var runs = new ArrayList<>(prompt);
    runs.set(0, TextRun.template(prompt.getFirst().text().substring(bos.length())));
    return List.copyOf(runs);
  }

  private static boolean isDoubled(TextRun first, String bos) {
    return first.origin() == TextRun.Origin.TEMPLATE && first.text().startsWith(bos + bos);
  }

  /** The text of a prompt, without who wrote what. */
  public static String text(List<TextRun> prompt) {
    var text = new StringBuilder();
    prompt.forEach(run -> text.append(run.text()));
    return text.toString();
  }
}
