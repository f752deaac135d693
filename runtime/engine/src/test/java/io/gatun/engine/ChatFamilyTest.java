package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.text.template.ChatInput;
import io.gatun.text.template.ChatTemplate;
import io.gatun.text.template.LlamaLayer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected prompts are those of the model cards of each family. */
class ChatFamilyTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "CHATML ^ <|im_start|>system~S<|im_end|>~<|im_start|>user~U<|im_end|>~<|im_start|>assistant~A<|im_end|>~"
            + "<|im_start|>user~V<|im_end|>~<|im_start|>assistant~",
        "LLAMA_3 ^ <s><|start_header_id|>system<|end_header_id|>~~S<|eot_id|><|start_header_id|>user<|end_header_id|>~~U<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>~~A<|eot_id|><|start_header_id|>user<|end_header_id|>~~V<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>~~",
        "GEMMA ^ <s><start_of_turn>user~S~U<end_of_turn>~<start_of_turn>model~A<end_of_turn>~"
            + "<start_of_turn>user~V<end_of_turn>~<start_of_turn>model~",
        "PHI_3 ^ <|system|>~S<|end|>~<|user|>~U<|end|>~<|assistant|>~A<|end|>~<|user|>~V<|end|>~<|assistant|>~",
        "ZEPHYR ^ <|system|>~S</s>~<|user|>~U</s>~<|assistant|>~A</s>~<|user|>~V</s>~<|assistant|>~",
        "MISTRAL ^ <s>[INST] S~U [/INST] A</s>[INST] V [/INST]",
        "LLAMA_2 ^ <s>[INST] <<SYS>>~S~<</SYS>>~~U [/INST] A </s><s>[INST] V [/INST]",
        "VICUNA ^ <s>S~~USER: U~ASSISTANT: A</s>~USER: V~ASSISTANT:",
        "ALPACA ^ <s>S~~### Instruction:~U~~### Response:~A</s>~~### Instruction:~V~~### Response:~",
      })
  void theFormOfEachFamily(ChatFamily family, String expected) {
    List<Map<String, String>> messages =
        List.of(
            Map.of("role", "system", "content", "S"),
            Map.of("role", "user", "content", "U"),
            Map.of("role", "assistant", "content", "A"),
            Map.of("role", "user", "content", "V"));
    var input = ChatInput.of(messages).withToken("bos_token", "<s>").withToken("eos_token", "</s>");
    String prompt =
        ChatTemplate.text(ChatTemplate.parse(family.template()).render(input, EnumSet.allOf(LlamaLayer.class)));
    assertEquals(expected, prompt.replace('\n', '~'));
  }
}
