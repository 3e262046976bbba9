"""First and last names to make up people from; no pair is meant for anybody."""

from __future__ import annotations


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


WOMEN = _listed(
    """
    Anette Berit Camilla Dina Elin Fride Gunn Hilde Ida Jorunn Kari Liv Mari Nina Oda Pernille Randi
    Siri Tone Unni Vigdis Ylva Åshild Amina Yasmin Katarzyna Olena Mei
    """
)

MEN = _listed(
    """
    Arne Birger Christian Dag Espen Fredrik Gaute Henrik Inge Johan Kristoffer Lars Magnus Nils Ola
    Pål Rune Stian Tor Ulrik Vidar Øyvind Åsmund Ahmed Hassan Tomasz Andriy Nguyen
    """
)

CHILDREN = _listed(
    """
    Alma Aksel Billie Brage Celine Ditlev Ellinor Eskil Freja Gard Hedda Isak Jenny Kasper Lilly
    Ludvig Mathea Mikkel Nelly Odin Petra Ravn Sigrid Sverre Thea Tobias Una Vetle Ylvi Øystein
    Zahra Malik Zofia Danylo
    """
)

SURNAMES = _listed(
    """
    Vardøen Lyngmo Steinsrud Fjellhaug Bekkevik Naustdalen Kvernmo Rabben Myrbakk Tindvoll Havnås
    Skogly Furuset Elvemo Holmvik Sundvoll Granheim Ødegårdstun Strandvoll Dalaker Fossmyr Lundvoll
    Bjørkås Neslid Hagaåsen Moldvær Reinvoll Sætrevik Tveitmo Urdal Viknes Ytrevoll Åkervik Breivoll
    Engvoll Gravdalsås
    """
)
