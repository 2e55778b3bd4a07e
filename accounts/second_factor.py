"""How the second factor is shown."""

from allauth.mfa.adapter import DefaultMFAAdapter


class SecondFactorAdapter(DefaultMFAAdapter):
    """Draws the QR code into the page: our pages allow no `data:` images."""

    def build_totp_svg(self, url: str) -> str:
        """Return the drawing as part of a page, without the declaration of a file."""
        drawn: str = super().build_totp_svg(url)
        return drawn[drawn.index("<svg") :]
