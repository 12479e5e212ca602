"""One llama.cpp model through the low-level API, with our own token loop."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.core import format
from weighin.core.gguf.chat_template import NAMES, choose_template
from weighin.core.models.file_notices import file_notices
from weighin.core.models.model import shard_paths
from weighin.core.runs.answer import MemorySample
from weighin.core.runs.failures import load_failure
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.options import LoadOptions
from weighin.protocol.fidelity_messages import BaseRead, CutText, OtherRead, ReadBase, ReadOther
from weighin.protocol.messages import (
    Bench,
    Benched,
    Counted,
    CountTokens,
    Forecast,
    Forecasted,
    Generate,
    Generated,
    Load,
    Loaded,
    LoadProgress,
    Plan,
    Planned,
    Score,
    ScoreDone,
    Survey,
    Surveyed,
    Tokenize,
    Tokenized,
)
from weighin.workers.engine import Emit, EngineError
from weighin.workers.fidelity.fidelity import Fidelity
from weighin.workers.llama.bench import run_bench
from weighin.workers.llama.context_params import (
    context_params,
    gpu_layers,
    new_context,
    reading_params,
    scoring_params,
)
from weighin.workers.llama.decoder import Decoder
from weighin.workers.llama.generation import Generation
from weighin.workers.llama.libraries import load_backends
from weighin.workers.llama.memory import OwnMemory, inodes_of
from weighin.workers.llama.native import AbortFlag, Devices, NativeLog, check_writes_text, engine_facts
from weighin.workers.llama.prompt import PromptBuilder
from weighin.workers.llama.template import TemplateHungError
from weighin.workers.llama.vocabulary import Vocabulary, count_tokens
from weighin.workers.planning.planning import Planning
from weighin.workers.planning.slicing import Slicing
from weighin.workers.scoring.scoring import Scorer

_PROGRESS_STEP = 0.01


class LlamaEngine:
    """Holds at most one loaded model. One job at a time; `cancel` may come from another thread."""

    def __init__(self) -> None:
        self._log = NativeLog()
        variant = load_backends()
        llama.llama_backend_init()
        self._devices = Devices()
        self._facts = engine_facts(self._devices, variant)
        self._abort = AbortFlag()
        self._memory = OwnMemory()
        self._inodes: frozenset[int] = frozenset()
        self._phase, self._done, self._total = "", 0, 0
        self._vram: int | None = None
        self._load_s = 0.0
        self._model: Any = None
        self._decoder: Decoder | None = None
        self._vocabulary: Vocabulary | None = None
        self._prompts: PromptBuilder | None = None
        self._scorer: Scorer | None = None
        self._fidelity: Fidelity | None = None

    def facts(self) -> EngineFacts:
        """Version and devices."""
        return self._facts

    def cancel(self) -> None:
        """Stop the running job at the next operation."""
        self._abort.set()

    def clear_cancel(self) -> None:
        """Ready for the next job."""
        self._abort.clear()

    def progress(self) -> tuple[str, int, int]:
        """Phase, done, total."""
        return self._phase, self._done, self._total

    def sample_memory(self) -> MemorySample:
        """Memory of this process now."""
        return self._memory.sample(self._inodes)

    def load(self, request: Load, emit: Emit) -> Loaded:
        """Load the model of `request`. Raises EngineError; the memory has then gone back."""
        self._log.clear()
        self._memory.begin_phase()
        self._inodes = inodes_of(tuple(str(p) for p in shard_paths(Path(request.path))))
        self._set_progress("loading", 0, 100)
        free_before = self._devices.gpu_free_bytes()
        begin = time.perf_counter()
        self._model = self._load_model(request, emit)
        try:
            return self._finish_load(request, begin, free_before)
        except EngineError:
            self._release()
            raise

    def generate(self, request: Generate, emit: Emit) -> Generated:
        """Answer the messages of `request`. Raises EngineError; the model stays loaded."""
        decoder, vocabulary, prompts = self._ready()
        self._memory.begin_phase()
        run = Generation(decoder, vocabulary, prompts, request, emit, self._set_progress)
        timing, stop_reason, notices, proof = run.run(self._load_s)
        memory = self._memory.receipt(self._inodes, self._vram)
        return Generated(request.id, stop_reason, timing, memory, notices, proof)

    def tokenize(self, request: Tokenize) -> Tokenized:
        """The rendered prompt of `request` and its tokens."""
        _, _, prompts = self._ready()
        prompt = prompts.build(request.messages, request.raw)
        return Tokenized(request.id, prompt.text, tuple(prompt.tokens))

    def count_tokens(self, request: CountTokens) -> Counted:
        """Tokens of a text, with nothing of a model but its vocabulary."""
        return count_tokens(request, self._log, self._facts.build)

    def bench(self, request: Bench, emit: Emit) -> Benched:
        """Time reading and writing as `request` says."""
        decoder, vocabulary, _ = self._ready()
        return Benched(request.id, run_bench(request, decoder, vocabulary, self._set_progress))

    def plan(self, request: Plan) -> Planned:
        """What a model would need, loading nothing. Raises EngineError where this engine cannot run it."""
        return Planning(request, self._log, self._memory, self._facts.build).run(self._devices.gpu_free_bytes())

    def survey(self, request: Survey) -> Surveyed:
        """Count the tokens of a block of questions."""
        return self._scoring().survey(request)

    def score(self, request: Score, emit: Emit) -> ScoreDone:
        """Score a block of questions. Raises EngineError; what was emitted until then counts."""
        scorer = self._scoring()
        self._memory.begin_phase()
        tokens, seconds, notices = scorer.score(request, emit, self._set_progress)
        return ScoreDone(request.id, tokens, seconds, self._memory.receipt(self._inodes, self._vram), notices)

    def fidelity(self, request: Any) -> Any:
        """Cut a text, or read a chunk of it. Raises EngineError."""
        if self._fidelity is None:
            raise EngineError("not_loaded", "No model is loaded for reading.")
        if isinstance(request, CutText):
            return self._fidelity.cut(request)
        self._memory.begin_phase()
        if isinstance(request, ReadBase):
            base, notices = self._fidelity.read_base(request, self._set_progress)
            return BaseRead(request.id, base, self._memory.receipt(self._inodes, self._vram), notices)
        if isinstance(request, ReadOther):
            other, notices = self._fidelity.read_other(request, self._set_progress)
            return OtherRead(request.id, other, self._memory.receipt(self._inodes, self._vram), notices)
        return self._fidelity.time_writing(request)

    def _scoring(self) -> Scorer:
        if self._scorer is None:
            raise EngineError("not_loaded", "No model is loaded for scoring.")
        return self._scorer

    def forecast(self, request: Forecast) -> Forecasted:
        """How fast a model would be, from slices of it. Raises EngineError where there is no telling."""
        return Slicing(request, self._log, self._abort, self._set_progress).run()

    def _ready(self) -> tuple[Decoder, Vocabulary, PromptBuilder]:
        if self._decoder is None or self._vocabulary is None or self._prompts is None:
            raise EngineError("not_loaded", "No model is loaded.")
        return self._decoder, self._vocabulary, self._prompts

    def _set_progress(self, phase: str, done: int, total: int) -> None:
        self._phase, self._done, self._total = phase, done, total

    def _load_model(self, request: Load, emit: Emit) -> Any:
        reported = -1.0

        def on_progress(fraction: float, _: Any) -> bool:
            nonlocal reported
            if fraction - reported >= _PROGRESS_STEP or fraction >= 1.0:
                reported = fraction
                self._set_progress("loading", round(fraction * 100), 100)
                emit(LoadProgress(request.id, fraction))
            return not self._abort.raised

        params = llama.llama_model_default_params()
        params.n_gpu_layers = gpu_layers(request.options)
        callback = llama.llama_progress_callback(on_progress)
        params.progress_callback = callback
        model = llama.llama_model_load_from_file(os.fsencode(request.path), params)
        if self._abort.raised:
            if model:
                llama.llama_model_free(model)
            raise EngineError("cancelled", "Loading was stopped.")
        if not model:
            failure = load_failure(self._log.tail(), f"llama.cpp {self._facts.build}")
            raise EngineError(failure.kind, failure.message, failure.detail)
        return model

    def _finish_load(self, request: Load, begin: float, free_before: int | None) -> Loaded:
        trained = llama.llama_model_n_ctx_train(self._model)
        context = min(request.options.context, trained) if trained > 0 else request.options.context
        check_writes_text(self._model)
        vocabulary = Vocabulary(self._model)
        template = _chat_template(self._model)
        notices = file_notices(
            self._log.warnings, vocabulary.ordinary_marks(template or ""), template or "", vocabulary.eos,
            vocabulary.names_end,
        )  # fmt: skip
        if not request.bare:
            params = context_params(request.options, context, request.threads)
            pointer, more = self._new_context(params, request.options)
            notices += more
            self._decoder = Decoder(pointer, context, request.options.batch, self._abort)
        if request.options.gpu_layers > 0 and not llama.llama_supports_gpu_offload():
            notices += ("This engine build has no GPU support: the model runs on the processor.",)
        self._vocabulary = vocabulary
        self._prompts = PromptBuilder(vocabulary, template, None if request.bare else context, request.bare)
        try:
            self._prompts.prepare()
        except TemplateHungError as error:
            text = f"The chat template of this model was stopped: {error}."
            raise EngineError("template", text, fatal=True) from None
        if self._decoder is not None:
            self._decoder.warm_up()
        else:
            self._scorer = Scorer(
                self._model, vocabulary, self._prompts, self._abort,
                lambda shape: self._new_context(
                    scoring_params(request.options, shape, request.threads), request.options
                ),
            )  # fmt: skip
            self._fidelity = Fidelity(
                self._model, vocabulary, self._prompts, self._abort,
                lambda context: (
                    *self._new_context(reading_params(request.options, context, request.threads), request.options),
                    request.options.batch,
                ),
            )  # fmt: skip
        if self._abort.raised:
            raise EngineError("cancelled", "Loading was stopped.")
        self._load_s = time.perf_counter() - begin
        self._memory.calibrate(self._inodes)
        free_now = self._devices.gpu_free_bytes()
        self._vram = max(0, free_before - free_now) if free_before is not None and free_now is not None else None
        receipt = self._memory.receipt(self._inodes, self._vram)
        self._memory.load_peak = receipt.peak_bytes
        return Loaded(
            request.id, self._load_s, context, self._prompts.template_kind, receipt, self._log.buffers, notices
        )

    def _new_context(self, params: Any, options: LoadOptions) -> tuple[Any, tuple[str, ...]]:
        """A llama_context, with flash attention as the options say."""
        params.abort_callback = self._abort.callback
        params.abort_callback_data = self._abort.data
        pointer, without = new_context(self._model, params, options)
        if pointer:
            return pointer, ("This model runs without flash attention.",) if without else ()
        failure = load_failure(self._log.tail(), f"llama.cpp {self._facts.build}")
        if failure.kind == "load":
            context = f"a context of {format.count(params.n_ctx)} tokens"
            text = f"The engine could not set up {context}: there may not be enough memory."
            raise EngineError("memory", text, failure.detail)
        raise EngineError(failure.kind, failure.message, failure.detail)

    def _release(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
        for job in (self._scorer, self._fidelity):
            if job is not None:
                job.close()
        if self._model is not None:
            llama.llama_model_free(self._model)
        self._decoder = self._vocabulary = self._prompts = self._scorer = self._fidelity = self._model = None


def _chat_template(model: Any) -> str | None:
    """The chat template of a llama_model; None without one."""
    found = (llama.llama_model_chat_template(model, name) for name in (None, *(name.encode() for name in NAMES)))
    return choose_template(text.decode("utf-8", "replace") if text else None for text in found)
