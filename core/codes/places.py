"""Where care was given and how: places of service, modifiers, procedure codes, by their shape.

Source of the places: CMS, Place of Service Code Set. The descriptions of CPT codes belong to the American
Medical Association; a practice uses its own words, and none are here.
"""

import re

PLACES = {
    "01": "Pharmacy",
    "02": "Telehealth, not at home",
    "03": "School",
    "04": "Homeless shelter",
    "05": "Indian Health Service, free-standing",
    "06": "Indian Health Service, provider-based",
    "07": "Tribal 638, free-standing",
    "08": "Tribal 638, provider-based",
    "09": "Prison",
    "10": "Telehealth at home",
    "11": "Office",
    "12": "Home",
    "13": "Assisted living",
    "14": "Group home",
    "15": "Mobile unit",
    "16": "Temporary lodging",
    "17": "Walk-in retail clinic",
    "18": "Place of employment",
    "19": "Off-campus outpatient hospital",
    "20": "Urgent care",
    "21": "Inpatient hospital",
    "22": "On-campus outpatient hospital",
    "23": "Emergency room",
    "24": "Ambulatory surgical center",
    "25": "Birthing center",
    "26": "Military treatment facility",
    "27": "Outreach site",
    "31": "Skilled nursing facility",
    "32": "Nursing facility",
    "33": "Custodial care facility",
    "34": "Hospice",
    "41": "Ambulance, land",
    "42": "Ambulance, air or water",
    "49": "Independent clinic",
    "50": "Federally qualified health center",
    "51": "Inpatient psychiatric facility",
    "52": "Psychiatric facility, partial hospitalization",
    "53": "Community mental health center",
    "54": "Intermediate care facility",
    "55": "Residential substance abuse facility",
    "56": "Psychiatric residential center",
    "57": "Non-residential substance abuse facility",
    "58": "Non-residential opioid treatment",
    "60": "Mass immunization center",
    "61": "Inpatient rehabilitation facility",
    "62": "Outpatient rehabilitation facility",
    "65": "End-stage renal disease facility",
    "66": "PACE center",
    "71": "Public health clinic",
    "72": "Rural health clinic",
    "81": "Independent laboratory",
    "99": "Other place",
}

LETTERS = "ABCDEFGHIJKL"
"""Of the diagnoses of a session or a document: twelve at most."""
MOST_POINTERS = 4
MOST_MODIFIERS = 4

_CPT = re.compile(r"[0-9]{4}[0-9A-Z]", re.ASCII)
_HCPCS = re.compile(r"[A-V][0-9]{4}", re.ASCII)
_MODIFIER = re.compile(r"[0-9A-Z]{2}", re.ASCII)


def is_procedure(system: str, code: str) -> bool:
    """Whether a code has the shape of its code system, CPT or HCPCS."""
    shape = {"CPT": _CPT, "HCPCS": _HCPCS}.get(system)
    return shape is not None and shape.fullmatch(code) is not None


def is_place(code: str) -> bool:
    return code in PLACES


def are_modifiers(modifiers: str) -> bool:
    """Up to four of two characters, separated by spaces; none is well too."""
    found = modifiers.split()
    return len(found) <= MOST_MODIFIERS and all(_MODIFIER.fullmatch(one) for one in found)


def are_pointers(pointers: str, diagnoses: int) -> bool:
    """One to four letters without separators, each of a diagnosis that is there, none twice."""
    return (
        0 < len(pointers) <= MOST_POINTERS
        and len(set(pointers)) == len(pointers)
        and set(pointers) <= set(LETTERS[:diagnoses])
    )
