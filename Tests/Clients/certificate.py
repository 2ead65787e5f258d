"""A self-signed certificate of localhost and api.example, and the environment in which clients trust it."""

import subprocess

NAMES = "subjectAltName=DNS:localhost,DNS:api.example,IP:127.0.0.1"
PASSWORD = "public"


def make(folder):
    """Creates a file with the certificate and its key, the form that HAProxy requires and nginx accepts."""
    certificate, key, both = folder / "certificate.pem", folder / "key.pem", folder / "both.pem"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", NAMES, "-keyout", key, "-out", certificate)
    both.write_text(certificate.read_text() + key.read_text())
    run("keytool", "-importcert", "-noprompt", "-alias", "postern", "-file", certificate,
        "-keystore", folder / "java", "-storetype", "PKCS12", "-storepass", PASSWORD)
    (folder / "php.ini").write_text(f"curl.cainfo = {certificate}\n")
    return both


def trust(folder):
    """Returns the environment in which every client trusts the certificate."""
    certificate = str(folder / "certificate.pem")
    names = ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PERL_LWP_SSL_CA_FILE"]
    java = f"-Djavax.net.ssl.trustStore={folder / 'java'} -Djavax.net.ssl.trustStorePassword={PASSWORD}"
    return dict.fromkeys(names, certificate) | {"JDK_JAVA_OPTIONS": java, "PHP_INI_SCAN_DIR": f":{folder}"}


def run(*command):
    subprocess.run(command, check=True, capture_output=True)
