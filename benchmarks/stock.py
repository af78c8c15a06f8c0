"""Stanza's stock name tagger, as its shipped models are built, with random weights: for its speed alone.

Two character language models (forward and backward, 1,024 wide, over characters of 100), word vectors of 100
with 100,000 words, a linear layer over all of them, a BiLSTM of 256, a CRF over BIOES tags; float32.
Stanza's own classes, its own data loader and the defaults of its own trainer's arguments; what a random
weight costs, a trained one does.
"""

import logging
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streams.parent import end_with

CHARACTER = {"char_emb_dim": 100, "char_hidden_dim": 1024, "char_num_layers": 1}
WORD_VECTORS, WORDS = 100, 100_000
TYPES = ("PER", "ORG", "LOC")

Sentences = list[list[str]]  # the words of an article's sentences


class Stock:
    """The tagger, which serves one thread of its user; `threads` of torch work at it."""

    def __init__(self, articles: Sequence[Sentences], seed: int = 7) -> None:
        """The characters and words of `articles` are in the vocabularies, so that none is unknown."""
        import torch
        from stanza.models.ner.trainer import Trainer
        from stanza.models.ner_tagger import parse_args

        torch.manual_seed(seed)
        self._vocabulary = _vocabulary(articles)
        with tempfile.TemporaryDirectory() as folder:
            forward, backward = _character_models(self._vocabulary, Path(folder))
            arguments = parse_args(["--charlm", "--shorthand", "id_stock"])
            arguments |= {"charlm_forward_file": forward, "charlm_backward_file": backward}
            self._arguments = arguments | {"word_emb_dim": WORD_VECTORS, "emb_finetune": False}
            vectors = torch.randn(len(self._vocabulary["word"]), WORD_VECTORS)
            self._trainer = Trainer(self._arguments, self._vocabulary, _Vectors(vectors), device="cpu")

    def tag(self, articles: Sequence[Sentences]) -> list[list[str]]:
        """The tags of all sentences, as Stanza's NER processor finds them: 32 sentences at once."""
        import torch
        from stanza.models.common.doc import Document
        from stanza.models.ner.data import DataLoader

        document = Document([_sentence(words) for sentences in articles for words in sentences])
        with torch.inference_mode():
            batches = DataLoader(
                document,
                self._arguments["batch_size"],
                self._arguments,
                vocab=self._vocabulary,
                evaluation=True,
                preprocess_tags=False,
            )
            return [tags for batch in batches for tags in self._trainer.predict(batch)]


class _Vectors:
    """Stands for Stanza's file of word vectors, of which its trainer reads only this."""

    def __init__(self, emb: Any) -> None:
        self.emb = emb


def _sentence(words: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": (n,), "text": word} for n, word in enumerate(words, 1)]


def _vocabulary(articles: Sequence[Sentences]) -> Any:
    from stanza.models.common.pretrain import PretrainedWordVocab
    from stanza.models.common.vocab import CharVocab, CompositeVocab
    from stanza.models.ner.vocab import MultiVocab

    words = sorted({word.lower() for sentences in articles for words in sentences for word in words})
    words += [f"{n} " for n in range(WORDS - len(words))]  # rows of the matrix that no text asks for
    characters = sorted(
        {"\n", " "} | {c for sentences in articles for ws in sentences for w in ws for c in w}
    )
    tags = [[(f"{place}-{kind}",)] for place in "BIES" for kind in TYPES]
    return MultiVocab(
        {
            "word": PretrainedWordVocab(words, "id_stock", lower=True),
            "char": CharVocab([characters]),
            "tag": CompositeVocab([[("O",)], *tags], "id_stock", idx=0, sep=None),
        }
    )


def _character_models(vocabulary: Any, folder: Path) -> tuple[str, str]:
    """The paths of the two language models; Stanza's tagger takes nothing but files."""
    from stanza.models.common.char_model import CharacterLanguageModel

    arguments = CHARACTER | {"char_dropout": 0.0, "char_rec_dropout": 0.0, "char_unit_dropout": 0.0}
    paths = []
    for forward in (True, False):
        model = CharacterLanguageModel(arguments, vocabulary, is_forward_lm=forward)
        paths.append(str(folder / f"{'forward' if forward else 'backward'}.pt"))
        model.save(paths[-1])
    return paths[0], paths[1]


# --- in a process of its own --------------------------------------------------------

_stock: Stock | None = None


def load(articles: Sequence[Sentences]) -> None:
    """Builds the tagger in this process, which ends with its parent."""
    global _stock  # noqa: PLW0603 (the one thing this process holds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(os.getppid())
    os.environ.pop("ONEDNN_PRIMITIVE_CACHE_CAPACITY", None)  # Kawat's setting, not Stanza's
    import stanza.models.ner_tagger

    logging.getLogger(stanza.__name__).setLevel(logging.ERROR)  # it tells of each batch
    _stock = Stock(articles)


def seconds(articles: Sequence[Sentences], threads: int) -> float:
    """Seconds that tagging takes with so many threads of torch."""
    import torch

    assert _stock is not None  # noqa: S101 (the initializer loaded it)
    torch.set_num_threads(threads)
    _stock.tag(articles[:1])
    begun = time.perf_counter()
    _stock.tag(articles)
    return time.perf_counter() - begun
