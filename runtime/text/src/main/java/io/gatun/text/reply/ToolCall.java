package io.gatun.text.reply;

/**
 * A call of a tool that a model asks for.
 *
 * @param id the model's own name for this call; empty if its family has none
 * @param name of the tool
 * @param arguments a JSON object as text, valid, otherwise as the model wrote it
 */
public record ToolCall(String id, String name, String arguments) {}
