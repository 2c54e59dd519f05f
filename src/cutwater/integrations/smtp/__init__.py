"""Mail by SMTP: plain on this machine, STARTTLS or TLS elsewhere."""

from cutwater.integrations.smtp.client import SmtpMailer, SmtpServer, mailer, server_of

__all__ = ["SmtpMailer", "SmtpServer", "mailer", "server_of"]
