//! The versions that `links` packages hand to the build scripts of their dependents.

/// The versions of system libraries, as a JSON object.
pub(crate) fn system_versions(variable: impl Fn(&str) -> Option<String>) -> String {
    let openssl =
        variable("DEP_OPENSSL_VERSION_NUMBER").and_then(|number| openssl_version(&number));
    match openssl {
        Some(version) => format!("{{\"openssl\":\"{version}\"}}"),
        None => "{}".to_owned(),
    }
}

/// The version behind OpenSSL's `OPENSSL_VERSION_NUMBER`, given in hexadecimal digits.
///
/// Since 3.0 it is `0xMNN00PP0`; before, `0xMNNFFPPS` with the patch as a letter and `F` for a
/// release: <https://docs.openssl.org/3.0/man3/OpenSSL_version/>.
fn openssl_version(number: &str) -> Option<String> {
    let number = u32::from_str_radix(number.trim_start_matches("0x"), 16).ok()?;
    let (major, minor) = (number >> 28, number >> 20 & 0xff);
    let (fix, patch) = (number >> 12 & 0xff, number >> 4 & 0xff);
    if major >= 3 {
        return Some(format!("{major}.{minor}.{patch}"));
    }
    let letter = match patch {
        0 => String::new(),
        1..=26 => char::from_u32(u32::from(b'a') + patch - 1)?.to_string(),
        _ => return None,
    };
    Some(format!("{major}.{minor}.{fix}{letter}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, version: Option<&str>) {
        assert_eq!(openssl_version(number).as_deref(), version);
    }

    #[test]
    fn openssl_versions() {
        check("30000130", Some("3.0.19"));
        check("0x30500040", Some("3.5.4"));
        check("1010117f", Some("1.1.1w"));
        check("1010100f", Some("1.1.1"));
        check("100020bf", Some("1.0.2k"));
        check("", None);
        check("/usr/lib", None);
    }

    #[test]
    fn only_versions_are_recorded() {
        let versions = system_versions(|name| match name {
            "DEP_OPENSSL_VERSION_NUMBER" => Some("30000130".to_owned()),
            _ => Some("/home/someone/lib".to_owned()),
        });
        assert_eq!(versions, r#"{"openssl":"3.0.19"}"#);
        assert_eq!(system_versions(|_| None), "{}");
    }
}
