"""From texts to chunks of tokens."""

from __future__ import annotations

import hashlib
from itertools import chain
from pathlib import Path

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.core import format
from weighin.core.fidelity.fidelity import TextPart
from weighin.core.runs.chat import Message
from weighin.protocol.fidelity_messages import CutText, TextCut, TextFile
from weighin.workers.engine import EngineError
from weighin.workers.llama.prompt import PromptBuilder
from weighin.workers.llama.vocabulary import Vocabulary

# So many whole chunks a text has at least, as llama.cpp asks for.
_FEWEST = 2


class TextCutter:
    """Tokenizes with one model's vocabulary, and its chat template where there are conversations."""

    def __init__(self, model: object, vocabulary: Vocabulary, prompts: PromptBuilder) -> None:
        self._model, self._vocabulary, self._prompts = model, vocabulary, prompts
        self._notices: dict[str, None] = {}

    def cut(self, request: CutText) -> TextCut:
        """Write all chunks. Raises EngineError: kind "vocabulary", "text", "context", "disk"."""
        if llama.llama_vocab_get_add_eos(llama.llama_model_get_vocab(self._model)):
            text = "This model's vocabulary puts an end token behind every text, which this protocol does not allow."
            raise EngineError("vocabulary", text)
        trained = max(0, llama.llama_model_n_ctx_train(self._model))
        if 0 < trained < request.context:
            limits = f"This model takes {format.count(trained)} tokens at most"
            raise EngineError("context", f"{limits}, but chunks of {format.count(request.context)} were asked for.")
        digest, parts = hashlib.sha256(), []
        try:
            with Path(request.tokens).open("wb") as file:
                for part in request.parts:
                    tokens = self._tokens(part)
                    chunks = len(tokens) // request.context
                    whole = np.array(tokens[: chunks * request.context], "<i4").tobytes()
                    digest.update(whole)
                    file.write(whole)
                    parts.append(TextPart(part.kind, len(tokens), chunks))
        except OSError as error:
            raise EngineError("disk", f"The text cannot be read: {error.strerror or error}.", str(error)) from None
        cut = TextCut(
            request.id, tuple(parts), digest.hexdigest(), self._vocabulary.beginning, self._vocabulary.size, trained,
            tuple(self._notices),
        )  # fmt: skip
        _check_length(cut, request.context)
        return cut

    def _tokens(self, part: TextFile) -> list[int]:
        if part.path:
            return self._vocabulary.tokenize_beginning(Path(part.path).read_bytes().decode())
        return list(chain.from_iterable(self._conversation(messages) for messages in part.conversations))

    def _conversation(self, messages: tuple[Message, ...]) -> list[int]:
        """A conversation in the model's own template; as plain text where that is no use."""
        try:
            rendered = self._prompts.build(messages, raw=False)
        except EngineError as error:
            if error.fatal:
                raise
            self._notices["The chat template of this model is no use here, so chats are read as plain text."] = None
            return self._prompts.build(messages, raw=True).tokens
        self._notices.update(dict.fromkeys(rendered.notices))
        return rendered.tokens


def _check_length(cut: TextCut, context: int) -> None:
    tokens, least = sum(part.tokens for part in cut.parts), _FEWEST * context
    if tokens < least or not any(part.chunks for part in cut.parts):
        has = f"The text is too short: it has {format.plural(tokens, 'token')}"
        raise EngineError("text", f"{has}, and two chunks of {format.count(context)} need {format.count(least)}.")
