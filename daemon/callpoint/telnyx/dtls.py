"""The DTLS of a peer connection: certificates of the far end that are taken.

aiortc's client offers ECDSA suites alone, and FreeSWITCH makes itself an RSA
certificate. Where we are the server nothing is wrong, for the client's certificate may
be of any kind; but we are the client wherever the far end offers `actpass`, and that is
in every attach and in no invite.
"""

from typing import Any, Final

_CIPHERS: Final = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    b"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:"
    b"ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA"
)


def accept_rsa(transport: Any) -> None:
    """Let whoever handshakes with this DTLS transport of aiortc's have an RSA one."""
    certificate = transport._RTCDtlsTransport__local_certificate
    create = certificate._create_ssl_context

    def create_ssl_context(srtp_profiles: Any) -> Any:
        context = create(srtp_profiles=srtp_profiles)
        context.set_cipher_list(_CIPHERS)
        return context

    certificate._create_ssl_context = create_ssl_context
