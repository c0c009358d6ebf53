"""Condition 4: HIV, COVID-19 and influenza (I.C.1.a, I.C.1.g, I.C.10.c)."""

import datetime

from coding_workflow.guidelines.patterns import WARN, Terms, apart, needs, not_first

#: First days of U07.1 and U07.0, and of the codes of January 2021; U09.9 came on 2021-10-01.
_COVID = datetime.date(2020, 4, 1)
_COVID_2021 = datetime.date(2021, 1, 1)
_POST_COVID = datetime.date(2021, 10, 1)

apart(
    "infection.hiv_status",
    "I.C.1.a.2.g",
    "Once an HIV-related illness is known, neither asymptomatic status nor inconclusive serology is ever coded.",
    ("B20",),
    ("Z21", "R75"),
    "{0} is HIV disease; {1} is never assigned with it.",
)
apart(
    "infection.hiv_inconclusive",
    "I.C.1.a.2.e-f",
    "HIV positive and inconclusive serology contradict each other.",
    ("Z21",),
    ("R75",),
    "{0} is a positive and {1} an inconclusive HIV result.",
)
apart(
    "infection.hiv_screening",
    "I.C.1.a.2.i",
    "A patient known to have HIV is not screened for it.",
    ("Z114",),
    ("B20",),
    "{0} is screening for HIV and {1} is HIV disease.",
    WARN,
)
apart(
    "infection.covid_exposure",
    "I.C.1.g.1.e",
    "Exposure to COVID-19 is coded where the infection is not confirmed.",
    ("Z20822",),
    ("U071",),
    "{0} is exposure without confirmed infection and {1} is coded.",
    Terms(override="reason", starts=_COVID_2021),
)
apart(
    "infection.covid_screening",
    "I.C.1.g.1.f, I.C.21.c.5",
    "Screening for COVID-19 and the confirmed disease seldom belong to one encounter.",
    ("Z1152",),
    ("U071",),
    "{0} is screening and {1} is the confirmed disease; confirm the reason for the test.",
    Terms(severity="warn", starts=_COVID_2021),
)
apart(
    "infection.covid_history",
    "I.C.1.g.1.i",
    "A history of COVID-19 is of an infection that no longer exists.",
    ("Z8616",),
    ("U071",),
    "{0} is a history and {1} a current infection; both only if there were two.",
    Terms(severity="warn", starts=_COVID_2021),
)
needs(
    "infection.covid_pneumonia",
    "I.C.1.g.1.c",
    "Pneumonia due to COVID-19 comes with U07.1.",
    ("J1282",),
    ("U071", "U099"),
    "{0} is pneumonia due to COVID-19, and COVID-19 is not coded.",
    Terms(override="reason", starts=_COVID_2021),
)
needs(
    "infection.multisystem_inflammatory",
    "I.C.1.g.1.l",
    "Multisystem inflammatory syndrome comes with current, past or suspected COVID-19.",
    ("M3581",),
    ("U071", "U099", "Z20822", "B94"),
    "{0} is coded without current, past or suspected COVID-19.",
    Terms(override="reason", starts=_COVID_2021),
)
not_first(
    "infection.post_covid_first",
    "I.C.1.g.1.m",
    "The condition that COVID-19 left is sequenced before U09.9, where it is known.",
    ("U099",),
    "{0} is first; the condition that COVID-19 left is sequenced before it, if known.",
    Terms(severity="warn", starts=_POST_COVID),
)
apart(
    "respiratory.vaping",
    "I.C.10.e",
    "Pneumonitis by vaping is coded with U07.0 first.",
    ("J680", "J80"),
    ("U070",),
    "{0} stands with {1}, which is first where vaping is the cause.",
    Terms(severity="info", starts=_COVID),
)
apart(
    "respiratory.influenza_pneumonia",
    "I.B.9",
    "Influenza with pneumonia is one combination code.",
    ("J101", "J111", "J09X2"),
    ("J12", "J13", "J14", "J15", "J16", "J18"),
    "{0} and pneumonia {1}: influenza with pneumonia has a combination code.",
    WARN,
)
