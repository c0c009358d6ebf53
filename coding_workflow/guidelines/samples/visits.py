"""Outpatient accounts. Charges agree with the codes; visits beside a procedure carry modifier 25 (IOCE edit 21)."""

from .templates import Template, groups, visit

_CHEST_PAIN = "0450:99284-25 0320:71046 0300:36415 0301:80053 0301:84484 0305:85025 0730:93005"

EMERGENCY = (
    Template(
        "emergency visit",
        (
            visit("J06.9 / 0450:99282"),
            visit(f"R07.9 / {_CHEST_PAIN} 0250"),
            visit("N20.0 / 0450:99284-25 0350:74176 0301:80048 0305:85025 0307:81001 0260:96374 0636:J2405*4"),
            visit("S93.401A / 0450:99283-25 0320:73610-RT / W10.8XXA Y92.010"),
            visit("K52.9 E86.0 / 0450:99284-25 0260:96360 0258:J7030*1 0301:80048"),
        ),
        patient_class="emergency",
        service="emergency",
        ages=(21, 88),
        statuses=("01",),
        documents=("ed_note",),
        taken=groups("social lungs"),
        most=3,
    ),
    Template(
        "emergency visit with procedure",
        (
            visit("S61.211A / 0450:99283-25 0450:12001 0250 / W26.0XXA Y92.010 Y93.G1 Y99.8"),
            visit("L02.411 / 0450:99283-25 0450:10060 0250"),
            visit("S52.501A / 0450:99284-25 0450:25605-RT 0320:73110-RT / W18.30XA Y92.481"),
        ),
        patient_class="emergency",
        service="emergency",
        ages=(21, 80),
        statuses=("01",),
        documents=("ed_note", "procedure_note"),
        taken=groups("social bones"),
        most=3,
    ),
)

OBSERVATION = (
    Template(
        "observation",
        (
            visit("R07.9 / 0762:G0378*22 0450:99285-25 0730:93005 0301:84484*2 0305:85025 0320:71046"),
            visit("R55 / 0762:G0378*18 0450:99284-25 0730:93005 0301:80053 0350:70450"),
            visit("J45.901 / 0762:G0378*20 0450:99284-25 0410:94640 0320:71046"),
        ),
        patient_class="observation",
        service="observation",
        ages=(30, 88),
        statuses=("01",),
        documents=("observation_order", "observation_note", "ed_note"),
        taken=groups("lungs social"),
        days=(1, 1),
        most=5,
    ),
)

SURGERY = (
    Template(
        "outpatient surgery with device",
        (
            visit("H25.11 / 0360:66984-RT 0276:V2632 0250"),
            visit("H25.12 / 0360:66984-LT 0276:V2632 0250"),
            visit("I44.2 / 0360:33208 0275:C1785 0275:C1898*2 0250"),
            visit("K40.90 / 0360:49505-RT 0278:C1781 0250"),
        ),
        patient_class="outpatient_surgery",
        service="surgery",
        admission_types=("3",),
        ages=(50, 85),
        statuses=("01",),
        documents=("history_and_physical", "operative_note", "anesthesia_record"),
        taken=groups("rhythm social"),
        most=4,
    ),
    Template(
        "outpatient surgery with specimen",
        (
            visit("D12.2 / 0750:45385! 0250"),
            visit("K80.10 / 0360:47562! 0250"),
            visit("K29.50 / 0750:43239! 0250"),
        ),
        patient_class="outpatient_surgery",
        service="surgery",
        admission_types=("3",),
        ages=(46, 80),
        statuses=("01",),
        documents=("history_and_physical", "operative_note", "procedure_note", "pathology_report"),
        taken=groups("social reflux"),
        most=4,
    ),
)

SCREENING = (
    Template(
        "screening colonoscopy with polyp",
        (visit("Z12.11 D12.2 / 0750:45385-PT! 0250"), visit("Z12.11 D12.3 / 0750:45385-PT! 0250")),
        patient_class="outpatient_surgery",
        service="surgery",
        admission_types=("3",),
        ages=(65, 80),
        statuses=("01",),
        payers=("medicare", "medicare_advantage"),
        documents=("history_and_physical", "operative_note", "procedure_note", "pathology_report"),
        taken=groups("social reflux history"),
        most=4,
    ),
)

CLINIC = (
    Template(
        "clinic visit",
        (
            visit("I10 / 0510:G0463"),
            visit("E11.9 Z79.84 / 0510:G0463 0301:83036"),
            visit("M17.11 / 0510:G0463-25 0510:20610-RT"),
            visit("J02.9 / 0510:G0463 0306:87880"),
        ),
        patient_class="clinic",
        service="clinic",
        admission_types=("3",),
        ages=(35, 85),
        statuses=("01",),
        documents=("clinic_note",),
        taken=groups("metabolic social lungs"),
        most=3,
    ),
)

RECURRING = (
    Template(
        "recurring therapy",
        (
            visit("M25.561 / 0420:97110-GP*2 0420:97140-GP*1"),
            visit("M54.50 / 0420:97110-GP*2 0420:97112-GP*1"),
            visit("Z47.1 Z96.651 / 0420:97110-GP*2 0420:97116-GP*1"),
            visit("I69.351 / 0430:97530-GO*2"),
        ),
        patient_class="recurring",
        service="therapy",
        admission_types=("3",),
        ages=(40, 85),
        statuses=("30",),
        documents=("plan_of_care", "therapy_note", "progress_note"),
        taken=groups("social stroke history"),
        most=2,
    ),
)

ANCILLARY = (
    Template(
        "radiology and laboratory",
        (
            visit("R05.9 / 0320:71046"),
            visit("E78.5 / 0301:80061 0300:36415"),
            visit("Z12.31 / 0403:77067"),
            visit("R91.1 / 0350:71250"),
            visit("M25.561 / 0320:73562-RT"),
            visit("E03.9 / 0301:84443 0300:36415"),
        ),
        patient_class="ancillary",
        service="diagnostics",
        admission_types=("3",),
        sexes="F",
        ages=(41, 85),
        statuses=("01",),
        documents=("order", "progress_note"),
        taken=groups("lipids thyroid lungs social"),
        most=1,
    ),
)

VISITS = EMERGENCY + OBSERVATION + SURGERY + SCREENING + CLINIC + RECURRING + ANCILLARY
