"""Queries to providers at every point of their way; the one that is outstanding is scenario 6."""

import datetime

from worklist.demo.story import Dx, Paper, Story, Until
from worklist.demo.turns import Answered, Asked, PapersArrive, Recoded

from .pieces import ORDER, history, stay, summary

_D = datetime.date
_HEART = "acute on chronic diastolic heart failure"


def answered() -> Story:
    """The attending answered; the signed addendum is awaited, and the account is back with its coder."""
    return Story(
        number="S43",
        title="Query answered, addendum awaited",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1944, 1, 19),
        sex="M",
        admitted=_D(2026, 9, 18),
        days=4,
        papers=(
            ORDER,
            history("82-year-old man with pneumonia. Confused since yesterday, at home fully oriented."),
            summary("Pneumonia, organism unspecified. Confusion cleared by day 3 with treatment. Home.", day=4),
        ),
        diagnoses=(Dx("J18.9", "Pneumonia, organism unspecified", "Y"), Dx("R41.0", role="admitting")),
        bills=stay(4),
        after=(
            Asked(
                "mental_state", ("Confused since yesterday, at home fully oriented", "Confusion cleared by day 3 with treatment")
            ),
            Answered("Metabolic encephalopathy (please give its cause)", "Due to the pneumonia, resolved with it."),
        ),
        expect=frozenset({2, 6}),
        expect_rules=frozenset({"evidence.query_answered"}),
    )


def documented() -> Story:
    """Answered, written into the record and coded from there: nothing is left of the hold."""
    reply = f"QUERY RESPONSE\nType and acuity: {_HEART}, present on admission."
    return Story(
        number="S44",
        title="Query answered and documented",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1947, 11, 23),
        sex="F",
        admitted=_D(2026, 9, 14),
        days=5,
        papers=(
            ORDER,
            history("78-year-old woman with edema and orthopnea, intravenous diuretic. Hypertension."),
            summary("Hypertensive heart disease with heart failure, diuresed. Home.", day=5),
            Paper("query_response", "Query response", reply, day=7, late=True),
        ),
        diagnoses=(
            Dx("I11.0", "Hypertensive heart disease with heart failure", "Y"),
            Dx("I50.9", "heart failure", "Y"),
            Dx("R60.9", role="admitting"),
        ),
        bills=stay(5),
        after=(
            Asked(
                "heart_failure", ("Hypertensive heart disease with heart failure", "edema and orthopnea, intravenous diuretic")
            ),
            Answered("Acute on chronic diastolic (preserved ejection fraction)"),
            PapersArrive(),
            Recoded(
                "The query is answered and documented.",
                (Dx("I11.0", "Hypertensive heart disease with heart failure", "Y"), Dx("I50.33", _HEART, "Y")),
            ),
        ),
    )


def begun() -> Story:
    """A draft: the coder is about to ask."""
    return Story(
        number="S45",
        title="Query begun",
        patient_class="inpatient",
        payer="COM",
        born=_D(1963, 8, 2),
        sex="M",
        admitted=_D(2026, 9, 20),
        days=3,
        papers=(
            ORDER,
            history("63-year-old man with black stools. Hemoglobin 13.1, the next day 8.2, two units transfused."),
            summary("Upper gastrointestinal bleeding, stopped by itself. Home.", day=3),
        ),
        diagnoses=(Dx("K92.2", "Upper gastrointestinal bleeding", "Y"), Dx("K92.1", role="admitting")),
        bills=stay(3),
        until=Until.CODING,
        after=(Asked("hemoglobin", ("Hemoglobin 13.1, the next day 8.2, two units transfused",), draft=True),),
    )


def told() -> list[Story]:
    """The queries."""
    return [answered(), documented(), begun()]
