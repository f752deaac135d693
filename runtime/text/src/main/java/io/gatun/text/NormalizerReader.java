package io.gatun.text;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The normalizers of {@code tokenizer.json}. */
final class NormalizerReader {
  private NormalizerReader() {}

  static Normalizer read(JsonObject source) {
    String type = source.string("type");
    return switch (type) {
      case "Sequence" -> new Normalizer.InTurn(source.objects("normalizers").stream().map(NormalizerReader::read)
          .toList());
      case "NFC", "NFD", "NFKC", "NFKD" -> new Normalizer.UnicodeForm(Form.valueOf(type));
      case "Lowercase" -> new Normalizer.EachCharacter(CharacterRules::lowercase);
      case "StripAccents" -> new Normalizer.EachCharacter(CharacterRules::stripAccents);
      case "Nmt" -> new Normalizer.EachCharacter(CharacterRules::nmt);
      case "ByteLevel" -> new Normalizer.EachCharacter(CharacterRules::spellBytes);
      case "Strip" -> new Normalizer.Strip(source.bool("strip_left", true), source.bool("strip_right", true));
      case "Prepend" -> new Normalizer.Prepend(source.string("prepend"));
      case "Replace" -> new Normalizer.Replace(TextPatternReader.read(source, "pattern"), source.string("content"));
      case "Precompiled" -> new Normalizer.Precompiled(NormalizationMap.of(charsmap(source), source.file()));
      case "BertNormalizer" -> new Normalizer.InTurn(bert(source));
      default -> throw source.unsupported("type", "normalizer '" + type + "'");
    };
  }

  private static byte[] charsmap(JsonObject source) {
    try {
      return Base64.getDecoder().decode(source.string("precompiled_charsmap"));
    } catch (IllegalArgumentException e) {
      throw source.malformed("precompiled_charsmap", "no Base64 (" + e.getMessage() + ")", "Base64");
    }
  }

  private static List<Normalizer> bert(JsonObject source) {
    boolean lowercase = source.bool("lowercase", true);
    var steps = new ArrayList<Normalizer>();
    if (source.bool("clean_text", true)) {
      steps.add(new Normalizer.EachCharacter(CharacterRules::clean));
    }
    if (source.bool("handle_chinese_chars", true)) {
      steps.add(new Normalizer.EachCharacter(CharacterRules::surroundIdeograph));
    }
    if (source.bool("strip_accents", lowercase)) {
      steps.add(new Normalizer.UnicodeForm(Form.NFD));
      steps.add(new Normalizer.EachCharacter(CharacterRules::stripNonSpacingMarks));
    }
    if (lowercase) {
      steps.add(new Normalizer.EachCharacter(CharacterRules::lowercase));
    }
    return List.copyOf(steps);
  }
}
