package io.gatun.engine;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Device;
import io.gatun.device.KvPool;
import io.gatun.device.KvType;
import io.gatun.model.Forward;
import io.gatun.model.KvCache;
import io.gatun.model.Linear;
import io.gatun.model.Model;
import io.gatun.model.ModelSpec;
import io.gatun.model.Pooling;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Generates text with a model. One scheduling loop on one thread of its own serves all requests: a chunk of one
 * request's prompt and one token of every other running request go through the model together, and each request's
 * result is the same to the bit as if it were alone.
 *
 * <p>Thread-safe. Closing cancels what is running, waits for it, stops all threads and frees the device; the model stays
 * open and its owner's.
 */
public final class Engine implements AutoCloseable {
  /** Tokens of a request, unless the model has fewer or the options ask for another number. */
  public static final int DEFAULT_CONTEXT = 8192;

  private final Model model;
  private final EngineOptions options;
  private final int contextLength;
  private final KvType keyType;
  private final KvType valueType;
  private final Device device;
  private final Forward forward;
  private final Optional<DraftModel> draft;
  private final Map<Speculation.Method, Drafter> drafters = new EnumMap<>(Speculation.Method.class);
  private final PromptEncoder encoder;
  private final Scheduler scheduler;
  private final Set<Runnable> cancellations = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Engine(Model model, Optional<DraftModel> draft, EngineOptions options, Device device) {
    this.model = model;
    this.draft = draft;
    this.options = options;
    this.device = device;
    contextLength =
        Math.min(
            options.contextLength().orElse(Math.min(model.spec().contextLength(), DEFAULT_CONTEXT)),
            learnedPositions(model.spec()));
    KvType standard = options.deviceOptions().precision() == ActivationPrecision.F32 ? KvType.F32 : KvType.F16;
    keyType = options.keyType().orElse(standard);
    valueType = options.valueType().orElse(standard);
    int chunk =
        switch (model.spec().sight()) {
          case CAUSAL -> options.prefillChunk();
          case ALL -> Math.max(options.prefillChunk(), contextLength); // a text is computed as a whole
        };
    forward = new Forward(model, device, contextLength, keyType, valueType, chunk);
    drafters.put(Speculation.Method.NGRAM, new NgramDrafter());
    draft.ifPresent(other -> drafters.put(Speculation.Method.AUTO, drafter(other, chunk)));
    encoder =
        new PromptEncoder(
            model.tokenizer(),
            model.vocabularySize(),
            new ChatFormat(model.checkpoint().metadata(), model.tokenizer().vocabulary(), model.name()));
    scheduler = new Scheduler(forward, model.checkpoint().metadata().origin());
  }

  private Drafter drafter(DraftModel other, int chunk) {
    return new ModelDrafter(other, new Forward(other.model(), device, contextLength, keyType, valueType, chunk));
  }

  /** Where positions are learned, there are no more of them. */
  private static int learnedPositions(ModelSpec spec) {
    return (int) Math.min(Integer.MAX_VALUE, spec.embedding().positions().map(Linear::out).orElse(Long.MAX_VALUE));
  }

  /** An engine with {@link EngineOptions#defaults()}. */
  public static Engine over(Model model) {
    return over(model, EngineOptions.defaults());
  }

  /**
   * Opens the device and places the model on it.
   *
   * @throws io.gatun.device.DeviceException if the device or kernel tier asked for is not there
   * @throws io.gatun.tensors.UnsupportedModelException if the device has no kernel for an encoding of the model
   */
  public static Engine over(Model model, EngineOptions options) {
    return over(model, Optional.empty(), options);
  }

  /**
   * As {@link #over(Model, EngineOptions)}, with a smaller model of the same family that guesses tokens ahead, unless a
   * {@link Sampling#speculation} says otherwise: the same results, in less time if its guesses are often right.
   *
   * @param draft stays open and its owner's; closing it closes the engine
   * @throws io.gatun.tensors.UnsupportedModelException also if it has another vocabulary, or makes no text
   */
  public static Engine over(Model model, Model draft, EngineOptions options) {
    return over(model, Optional.of(DraftModel.of(draft, model)), options);
  }

  private static Engine over(Model model, Optional<DraftModel> draft, EngineOptions options) {
    Device device = Devices.open(options.device(), options.deviceOptions());
    try {
      var engine = new Engine(model, draft, options, device);
      try {
        for (Model used : engine.models()) {
          used.attach(engine);
        }
      } catch (IllegalStateException e) {
        engine.models().forEach(used -> used.detach(engine));
        engine.scheduler.close();
        throw e;
      }
      return engine;
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  /** Generates, blocking. */
  public Completion generate(Prompt prompt, Sampling sampling) {
    return generate(prompt, sampling, piece -> {});
  }

  /**
   * Generates, blocking; {@code listener} gets each piece as soon as it is there, on the engine's thread. What it throws
   * ends the generation and is thrown here.
   *
   * @throws IllegalArgumentException if the prompt is empty, has ids outside the vocabulary, or does not fit the context
   * @throws io.gatun.text.template.TemplateException if the chat template is malformed or refuses the conversation
   * @throws io.gatun.tensors.FormatException if the model's logits are not finite
   */
  public Completion generate(Prompt prompt, Sampling sampling, Consumer<Piece> listener) {
    requireOtherThread();
    return submit(prompt, sampling, listener).await();
  }

  /** As {@link #generate(Prompt, Sampling, Consumer)} without waiting. */
  public Generation submit(Prompt prompt, Sampling sampling, Consumer<Piece> listener) {
    EncodedPrompt encoded = encoded(prompt);
    checked(encoded.ids());
    KvCache cache = forward.newCache();
    return start(encoded, sampling, cache, listener, (fed, answer) -> cache.close());
  }

  /** A conversation's memory: generations in it compute only what its last one did not. */
  public Session session() {
    requireOpen();
    return new CachedSession(this, forward.newCache(), new int[0], Map.of(), Spoken.NOTHING, "");
  }

  /**
   * A session as it was saved. If its pages were of another cache type or device, they are computed again from its
   * tokens with its next generation; nothing else is lost.
   *
   * @throws IllegalArgumentException if it was saved with another model
   * @throws io.gatun.tensors.FormatException if the file is no saved session, or damaged
   * @throws IOException if it cannot be read
   */
  public Session restore(Path file) throws IOException {
    requireOpen();
    SessionFile saved = SessionFile.read(file);
    if (!saved.fingerprint().equals(model.fingerprint())) {
      throw new IllegalArgumentException(
          "%s: was saved with another model than %s".formatted(file, model.checkpoint().path()));
    }
    KvCache cache = forward.newCache();
    KvPool pool = forward.pages().pool();
    boolean samePages = saved.pageFormat().equals(pool.format()) && saved.pageBytes() == pool.pageBytes();
    if (samePages && saved.cached() > 0 && saved.cached() <= contextLength) {
      saved.load(file, cache);
    }
    return new CachedSession(
        this, cache, Arrays.copyOf(saved.tokens(), cache.length()), saved.answers(), saved.spoken(), saved.note());
  }

  /** For sessions: what a file of theirs says. */
  SessionFile describe(int[] tokens, Map<String, int[]> answers, Spoken spoken, String note) {
    KvPool pool = forward.pages().pool();
    int cached = forward.pages().hasStates() ? 0 : tokens.length; // a state is computed again
    return new SessionFile(
        model.fingerprint(), pool.format(), pool.pageBytes(), note, tokens, cached, answers, spoken, 0);
  }

  /**
   * Logits after the last token, or after each, blocking.
   *
   * @param ids the tokens, from position 0
   * @throws IllegalArgumentException as {@link #generate(Prompt, Sampling, Consumer)} for its prompt
   * @throws io.gatun.tensors.FormatException if logits are not finite
   */
  public void logits(int[] ids, LogitsRows rows, LogitsConsumer consumer) {
    requireHead();
    compute(checked(encode(Prompt.ids(ids))), rows, consumer, Task.Result.LOGITS);
  }

  /**
   * The embedding of a text: its tokens' last hidden states after the model's last norm, pooled; blocking.
   *
   * @param prompt whose tokens see each other
   * @param pooling how they become one; {@code model().spec().pooling()} is the model's own way
   * @return a row {@code [n_embd]}, or one for each token with {@link Pooling#NONE}; not normalised
   * @throws IllegalArgumentException as {@link #generate(Prompt, Sampling, Consumer)} for its prompt
   * @throws io.gatun.tensors.FormatException if a value is not finite
   */
  public List<float[]> embed(Prompt prompt, Pooling pooling) {
    int[] tokens = checked(encode(prompt));
    var rows = new ArrayList<float[]>();
    var mean = new double[model.spec().embeddingLength()];
    compute(
        tokens,
        LogitsRows.ALL,
        (position, row) -> {
          boolean kept =
              switch (pooling) {
                case NONE -> true;
                case CLS -> position == 0;
                case LAST -> position == tokens.length - 1;
                case MEAN -> false;
              };
          if (kept) {
            rows.add(row.clone());
          }
          for (int i = 0; i < mean.length; i++) {
            mean[i] += row[i] / (double) tokens.length;
          }
        },
        Task.Result.EMBEDDINGS);
    if (pooling == Pooling.MEAN) {
      var values = new float[mean.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) mean[i];
      }
      rows.add(values);
    }
    return rows;
  }

  private void compute(int[] tokens, LogitsRows rows, LogitsConsumer consumer, Task.Result result) {
    requireOtherThread();
    var task = new LogitsTask(tokens, rows, consumer, forward.newCache(), result);
    Runnable cancellation = task::cancel;
    cancellations.add(cancellation);
    try {
      scheduler.submit(task);
      task.await();
    } finally {
      cancellations.remove(cancellation);
    }
  }

  /**
   * The tokens that a generation from {@code prompt} starts with.
   *
   * @throws IllegalArgumentException if there are none, or ids outside the vocabulary
   * @throws io.gatun.text.template.TemplateException if the chat template is malformed or refuses the conversation
   */
  public int[] encode(Prompt prompt) {
    return encoded(prompt).ids();
  }

  private EncodedPrompt encoded(Prompt prompt) {
    return encoder.encode(prompt, message -> new int[0], Spoken.NOTHING);
  }

  /** How {@link Prompt.Chat} becomes tokens here. */
  public ChatStyle chatStyle() {
    return encoder.format().style();
  }

  /** Whose template is used where the file has none, such as {@code chatml}: see {@link ChatStyle#FAMILY_TEMPLATE}. */
  public Optional<String> chatFamily() {
    return encoder.format().family().map(ChatFamily::id);
  }

  public Model model() {
    return model;
  }

  public EngineOptions options() {
    return options;
  }

  /** The most tokens of a request, prompt and completion. */
  public int contextLength() {
    return contextLength;
  }

  /** Device, kernels, threads, cache types and the draft model in one line. */
  public String describe() {
    String guesses = draft.map(other -> ", draft model " + other.fileName()).orElse("");
    return "%s, context %d, cache %s%s".formatted(device.describe(), contextLength, cacheTypes(), guesses);
  }

  /** How cached keys and values are stored: {@code k f16 v f16}. */
  public String cacheTypes() {
    return "k %s v %s".formatted(keyType.id(), valueType.id());
  }

  /** Bytes of cache pages in use by running generations and sessions, without those of a draft model. */
  public long cacheBytes() {
    return isClosed() ? 0 : forward.pages().inUse() * forward.pages().pool().pageBytes();
  }

  /**
   * Cancels what runs, waits for it, stops all threads and frees the device. Idempotent.
   *
   * @throws IllegalStateException if called from a listener or processor, which run on a thread that this stops
   */
  @Override
  public void close() {
    requireOtherThread();
    if (closed.compareAndSet(false, true)) {
      cancellations.forEach(Runnable::run);
      scheduler.close();
      models().forEach(used -> used.detach(this));
      device.close();
    }
  }

  /** All whose files it reads. */
  private List<Model> models() {
    return Stream.concat(Stream.of(model), draft.stream().map(DraftModel::model)).toList();
  }

  /** For sessions: starts a generation over a cache that holds a prefix of the prompt. */
  GenerationTask start(
      EncodedPrompt prompt, Sampling sampling, KvCache cache, Consumer<Piece> listener, GenerationTask.Ending ending) {
    requireOpen();
    requireHead();
    long seed = sampling.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong(1L << 32));
    var ended = new Runnable[1];
    var task =
        new GenerationTask(
            model.tokenizer(),
            prompt,
            sampling,
            seed,
            cache,
            contextLength,
            drafters.getOrDefault(sampling.speculation().method(), Drafter.NOBODY),
            listener,
            (fed, answer) -> {
              cancellations.remove(ended[0]);
              ending.ended(fed, answer);
            });
    ended[0] = task::cancel;
    cancellations.add(ended[0]);
    scheduler.submit(task);
    if (closed.get()) {
      task.cancel();
    }
    return task;
  }

  /** @throws IllegalArgumentException if the prompt leaves no room in the context */
  int[] checked(int[] ids) {
    if (ids.length > contextLength) {
      throw new IllegalArgumentException(
          "the prompt has %d tokens, the context %d: shorten it or ask for more context".formatted(ids.length, contextLength));
    }
    return ids;
  }

  PromptEncoder encoder() {
    return encoder;
  }

  boolean isClosed() {
    return closed.get();
  }

  void requireOtherThread() {
    if (scheduler.isOwnThread()) {
      throw new IllegalStateException("a listener or logits processor must not wait for its own engine");
    }
  }

  private void requireHead() {
    if (model.spec().head().output().isEmpty()) {
      throw new UnsupportedModelException(
          "%s: architecture '%s' makes embeddings, not text: use gatun embed"
              .formatted(model.checkpoint().metadata().origin(), model.spec().architecture()));
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the engine is closed");
    }
  }
}
