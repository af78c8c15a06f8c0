"""Prints English, for the encoder's word pieces to be counted on: common words and CLDR's names.

The words are the commonest of `wordfreq`, in small letters and as a sentence begins with them.

    python -m training.english > build/english.txt
"""

from babel import Locale
from wordfreq import top_n_list

WORDS = 12_000
TIMES = 3  # as often as a piece must be seen to be kept


def main() -> None:
    """Prints the text."""
    english = Locale("en")
    names = [*english.territories.values(), *english.languages.values(), *english.currencies.values()]
    for _ in range(TIMES):
        for word in top_n_list("en", WORDS):
            print(word, word.capitalize())
        print(*names, sep="\n")


if __name__ == "__main__":
    main()
