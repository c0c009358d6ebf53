"""What a feed sent cannot be understood: the one error of the readers that are not HL7's."""


class Unreadable(Exception):
    """A resource, a row or a file that cannot be understood.

    ``code`` is stable and dotted; ``sentence`` never holds a value of what was sent, because values are health information;
    ``place`` names an element (``Encounter.period.end``) or a column.
    """

    def __init__(self, code: str, sentence: str, place: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.place = place[:120]
