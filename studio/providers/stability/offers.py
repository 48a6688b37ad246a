"""All that Stability does for us."""

from studio.providers.stability import edit, generate, steer

OFFERS = (*generate.OFFERS, *edit.OFFERS, *steer.OFFERS)
