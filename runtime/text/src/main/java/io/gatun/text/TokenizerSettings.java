package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the small files of a folder say about its tokens: which play a part, which were added, and the templates.
 * Immutable.
 */
final class TokenizerSettings {
  /** Parts of tokens by their names in the files; where several name one part, the first that is given counts. */
  private static final Map<String, SpecialRole> ROLES = roles();

  private static final String TEMPLATE = "tokenizer.chat_template";
  private static final String DEFAULT_TEMPLATE = "default";
  private static final String JINJA = ".jinja";
  private static final int LONGEST_TEMPLATE = 1 << 24;

  private final Path folder;
  private final JsonObject config;
  private final JsonObject specialTokens;
  private final JsonObject addedTokens;
  private final List<JsonObject> models;

  /** @throws FormatException if one of the files is malformed */
  TokenizerSettings(Path folder) {
    this.folder = folder;
    this.config = read("tokenizer_config.json");
    this.specialTokens = read("special_tokens_map.json");
    this.addedTokens = read("added_tokens.json");
    this.models = List.of(read("generation_config.json"), read("config.json"));
  }

  private static Map<String, SpecialRole> roles() {
    var roles = new LinkedHashMap<String, SpecialRole>();
    roles.put("bos_token", SpecialRole.BOS);
    roles.put("cls_token", SpecialRole.BOS);
    roles.put("eos_token", SpecialRole.EOS);
    roles.put("unk_token", SpecialRole.UNKNOWN);
    roles.put("sep_token", SpecialRole.SEPARATOR);
    roles.put("pad_token", SpecialRole.PADDING);
    roles.put("mask_token", SpecialRole.MASK);
    return roles;
  }

  private JsonObject read(String name) {
    Path file = folder.resolve(name);
    return Files.exists(file) ? JsonReader.read(file, Map.of()) : JsonObject.none(file.toString());
  }

  JsonObject config() {
    return config;
  }

  /** The spelling of the token that plays each part. */
  SequencedMap<SpecialRole, String> roleSpellings() {
    var spellings = new LinkedHashMap<SpecialRole, String>();
    for (JsonObject source : List.of(config, specialTokens)) {
      ROLES.forEach((name, role) -> spelling(source, name).ifPresent(text -> spellings.putIfAbsent(role, text)));
    }
    return spellings;
  }

  /** A token is a string, or an object that says how it is found. */
  private static Optional<String> spelling(JsonObject source, String name) {
    return source.members().get(name) instanceof JsonObject token
        ? Optional.of(token.string("content"))
        : source.optionalString(name);
  }

  /** The spellings of all tokens that steer the model. */
  Set<String> specialSpellings() {
    var spellings = new LinkedHashSet<String>();
    for (JsonObject source : List.of(config, specialTokens)) {
      ROLES.keySet().forEach(name -> spelling(source, name).ifPresent(spellings::add));
      for (Object token : source.list("additional_special_tokens", Object.class, "a token")) {
        spellings.add(token instanceof JsonObject described ? described.string("content") : String.valueOf(token));
      }
    }
    return spellings;
  }

  /** Tokens that the files add to the vocabulary, by their ids. */
  SequencedMap<Integer, AddedToken> added() {
    var added = new LinkedHashMap<Integer, AddedToken>();
    JsonObject described = config.optionalObject("added_tokens_decoder").orElse(JsonObject.none(config.file()));
    for (String name : described.members().keySet()) {
      int id = id(described, name);
      added.put(id, token(described.object(name), id));
    }
    for (String content : addedTokens.members().keySet()) {
      int id = addedTokens.integer(content, 0, TokenEntries.MAX_TOKENS - 1);
      added.putIfAbsent(id, new AddedToken(id, content, false, false, false, true, false));
    }
    return added;
  }

  private static int id(JsonObject described, String name) {
    if (!name.matches("[0-9]{1,7}") || Integer.parseInt(name) >= TokenEntries.MAX_TOKENS) {
      throw described.malformed(name, "no id", "the id of a token below " + TokenEntries.MAX_TOKENS);
    }
    return Integer.parseInt(name);
  }

  /** An added token as {@code tokenizer.json} describes it. */
  static AddedToken token(JsonObject source, int id) {
    boolean special = source.bool("special", false);
    return new AddedToken(
        id,
        source.string("content"),
        source.bool("single_word", false),
        source.bool("lstrip", false),
        source.bool("rstrip", false),
        source.bool("normalized", !special),
        special);
  }

  /** The ids of the model's own settings for a part, {@code bos} or {@code eos}: one, several or none. */
  List<Integer> ids(String part, int tokens) {
    var ids = new ArrayList<Integer>();
    for (JsonObject source : models) {
      String name = part + "_token_id";
      List<Long> given =
          source.members().get(name) instanceof Long single ? List.of(single) : source.list(name, Long.class, "an id");
      for (long id : given) {
        if (id >= 0 && id < tokens && !ids.contains((int) id)) {
          ids.add((int) id);
        }
      }
    }
    return ids;
  }

  /**
   * Puts the templates where GGUF has them: the default one, each other one by its name, and these names. Source:
   * gguf_writer.py add_chat_template, which also says what names are written with.
   */
  void putTemplates(SequencedMap<String, Metadata.Value> values) {
    Map<String, String> templates = templates();
    var names = new ArrayList<String>();
    templates.forEach(
        (name, template) -> {
          boolean isDefault = name.equals(DEFAULT_TEMPLATE);
          values.put(isDefault ? TEMPLATE : TEMPLATE + "." + name, new Metadata.Value("str", template));
          if (!isDefault) {
            names.add(name);
          }
        });
    if (!names.isEmpty()) {
      values.put(TEMPLATE + "s", new Metadata.Value("arr[str]", Utf8Strings.of(names)));
    }
  }

  /** By name; a file {@code chat_template.jinja} replaces all that the configuration has, as in transformers. */
  private SequencedMap<String, String> templates() {
    var templates = new LinkedHashMap<String, String>();
    addTemplates(config, templates);
    addTemplates(read("chat_template.json"), templates);
    Path file = folder.resolve("chat_template.jinja");
    if (Files.exists(file)) {
      templates.clear();
      templates.put(DEFAULT_TEMPLATE, text(file));
    }
    for (Path additional : additionalTemplates()) {
      String name = String.valueOf(additional.getFileName());
      addTemplate(name.substring(0, name.length() - JINJA.length()), text(additional), templates);
    }
    return templates;
  }

  private static void addTemplates(JsonObject source, Map<String, String> templates) {
    if (source.members().get("chat_template") instanceof String template) {
      templates.put(DEFAULT_TEMPLATE, template);
      return;
    }
    for (JsonObject named : source.objects("chat_template")) {
      addTemplate(named.string("name"), named.string("template"), templates);
    }
  }

  /** One without a name cannot be asked for. */
  private static void addTemplate(String name, String template, Map<String, String> templates) {
    if (!name.isEmpty()) {
      templates.put(name.replaceAll("[^A-Za-z0-9]", "_"), template);
    }
  }

  private List<Path> additionalTemplates() {
    Path additional = folder.resolve("additional_chat_templates");
    if (!Files.isDirectory(additional)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(additional)) {
      return files.filter(file -> file.toString().endsWith(JINJA)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > LONGEST_TEMPLATE) {
        throw new FormatException(
            "%s: %d bytes, expected a template of at most %d".formatted(file, Files.size(file), LONGEST_TEMPLATE));
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (MalformedInputException e) {
      throw new FormatException("%s: no UTF-8, expected a template".formatted(file), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
