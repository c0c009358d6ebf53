"""Accounts of a fixed size for measuring: a stay of 12 diagnoses and 4 procedures, a visit of 15 charge lines."""

from .templates import Template, groups, stay, visit

STAY = Template(
    "typical stay",
    (
        stay("I21.4 I25.10 / 027034Z 4A023N7 B2111ZZ 02HV33Z"),
        stay("A41.51 R65.20 N39.0 N17.9 J96.01 / 5A1945Z 0BH17EZ 02HV33Z 30233N1"),
        stay("J96.21 J44.0 J18.9 J44.1 / 5A1945Z 0BH17EZ 02HV33Z 30233N1"),
        stay("K25.4 D62 / 0W3P8ZZ 0DB68ZX! 30233N1 02HV33Z"),
    ),
    admitting="R06.02",
    ages=(52, 88),
    days=(4, 9),
    taken=groups("lungs coronary rhythm blood course reflux"),
)
VISIT = Template(
    "typical visit",
    (
        visit(
            "R07.9 I10 / 0450:99285-25 0320:71046 0300:36415 0301:80053 0301:84484*2 0301:83735 0305:85025 0305:85610"
            " 0730:93005 0260:96374 0260:96361*1 0636:J2405*4 0258:J7030*1 0250 0270"
        ),
        visit(
            "N20.0 I10 / 0450:99284-25 0350:74176 0300:36415 0301:80053 0301:83690 0305:85025 0305:85610 0307:81001"
            " 0306:87086 0260:96374 0260:96361*1 0636:J2405*4 0258:J7030*1 0250 0270"
        ),
    ),
    patient_class="emergency",
    service="emergency",
    ages=(35, 85),
    statuses=("01",),
    documents=("ed_note",),
    taken=groups("metabolic social lungs"),
    most=4,
)
