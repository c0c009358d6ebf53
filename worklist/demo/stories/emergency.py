"""Emergency visits."""

from worklist.demo.story import Dx, Px

from .case import Case
from .pieces import charge, ed_note

_SIDES = ({"side": "right", "x": "1"}, {"side": "left", "x": "2"})


def _visit(
    title: str, text: str, diagnoses: tuple[Dx, ...], level: str, passage: str, *, words: tuple[dict[str, str], ...]
) -> Case:
    """A visit with one evaluation and nothing else."""
    amounts = {"99282": 310, "99283": 512, "99284": 890, "99285": 1480}
    return Case(
        title=title,
        patient_class="emergency",
        papers=(ed_note(text),),
        diagnoses=diagnoses,
        procedures=(Px(level, passage),),
        bills=(
            charge("0450", amounts[level], f"Emergency visit, level {level[-1]}"),
            charge("0300", 180, "Laboratory", hcpcs="85025"),
        ),
        ages=(6, 88),
        words=words,
    )


EMERGENCY = (
    _visit(
        "Ankle sprain",
        "{age}-year-old who twisted the {side} ankle on stairs. Film without fracture.\n"
        "Sprain of unspecified ligament of {side} ankle. Splint, crutches, home.",
        (
            Dx("S93.40{x}A", "Sprain of unspecified ligament of {side} ankle"),
            Dx("W10.9XXA", "twisted the {side} ankle on stairs", role="external_cause"),
            Dx("M25.57{x}", role="reason_for_visit"),
        ),
        "99283",
        "Film without fracture",
        words=_SIDES,
    ),
    _visit(
        "Chest pain, ruled out",
        "{age}-year-old with chest pain for three hours. ECG and two troponins normal.\n"
        "Chest pain, unspecified; cardiac cause excluded. Follow-up in clinic.",
        (Dx("R07.9", "Chest pain, unspecified"), Dx("R07.9", role="reason_for_visit")),
        "99285",
        "ECG and two troponins normal",
        words=({},),
    ),
    _visit(
        "Urinary tract infection",
        "{age}-year-old with burning and frequency. Urinalysis positive.\nUrinary tract infection, site not specified.",
        (Dx("N39.0", "Urinary tract infection, site not specified"), Dx("R30.0", role="reason_for_visit")),
        "99283",
        "Urinalysis positive",
        words=({},),
    ),
    _visit(
        "Migraine",
        "{age}-year-old with throbbing headache, light hurts, like earlier attacks. Normal neurological examination.\n"
        "Migraine without aura, not intractable, without status migrainosus. Better after fluids.",
        (
            Dx("G43.009", "Migraine without aura, not intractable, without status migrainosus"),
            Dx("R51.9", role="reason_for_visit"),
        ),
        "99284",
        "Normal neurological examination",
        words=({},),
    ),
    _visit(
        "Asthma exacerbation",
        "{age}-year-old wheezing for a day. Two nebulizers, clear afterwards.\n"
        "Mild intermittent asthma with acute exacerbation. Home with steroids.",
        (Dx("J45.21", "Mild intermittent asthma with acute exacerbation"), Dx("R06.2", role="reason_for_visit")),
        "99284",
        "Two nebulizers, clear afterwards",
        words=({},),
    ),
    _visit(
        "Sore throat",
        "{age}-year-old with sore throat and fever for two days. Rapid test positive.\nStreptococcal pharyngitis. Penicillin.",
        (Dx("J02.0", "Streptococcal pharyngitis"), Dx("R07.0", role="reason_for_visit")),
        "99282",
        "Rapid test positive",
        words=({},),
    ),
    _visit(
        "Gastroenteritis",
        "{age}-year-old, vomiting and loose stools since last night, contacts ill too. Rehydrated by mouth.\n"
        "Viral intestinal infection. Home.",
        (Dx("A08.4", "Viral intestinal infection"), Dx("R11.10", role="reason_for_visit")),
        "99283",
        "Rehydrated by mouth",
        words=({},),
    ),
    _visit(
        "Dizziness",
        "{age}-year-old with spinning on turning the head. Positional test positive on the {side}.\n"
        "Benign paroxysmal vertigo, {side} ear. Repositioning done.",
        (Dx("H81.1{x}", "Benign paroxysmal vertigo, {side} ear"), Dx("R42", role="reason_for_visit")),
        "99283",
        "Positional test positive on the {side}",
        words=_SIDES,
    ),
)
