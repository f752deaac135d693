package io.gatun.text.reply;

/**
 * A function that a model asks for.
 *
 * @param id tells it from others in one answer; empty if the model gives none
 * @param name of the function
 * @param arguments a JSON object, as text
 */
public record ToolCall(String id, String name, String arguments) {}
