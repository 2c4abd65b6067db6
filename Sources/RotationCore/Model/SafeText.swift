/// Escapes what came from outside, so that it can be shown on a terminal and written to a log.
///
/// C0 and C1 controls (line ends and tabs too), bidirectional controls, zero-width and other
/// invisible characters become `\u{…}`; the result has at most `limit` scalars, the last of them
/// `…` where something was cut off. Kubernetes' kubectl learnt the need of it in CVE-2021-25743.
public func safeText(_ text: String, limit: Int = 200) -> String {
    var safe = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
        let piece = isHarmless(scalar) ? String(scalar) : escaped(scalar)
        let length = piece.unicodeScalars.count
        guard count + length <= limit else {
            // The mark needs room as well.
            if count == limit, count > 0 { safe.removeLast() }
            if limit > 0 { safe.append("\u{2026}") }
            break
        }
        safe.append(contentsOf: piece.unicodeScalars)
        count += length
    }
    return String(safe)
}

private func escaped(_ scalar: Unicode.Scalar) -> String {
    "\\u{\(String(scalar.value, radix: 16))}"
}

/// By what Unicode says of the scalar, so that no list of ours can be shorter than the standard's.
private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
    switch scalar.properties.generalCategory {
    // Controls, of which 0x9B starts an escape sequence; marks of direction and of joining; tags.
    case .control, .format, .lineSeparator, .paragraphSeparator: return false
    // Fillers, variation selectors and the like: they take up no room and tell no two texts apart.
    default: return !scalar.properties.isDefaultIgnorableCodePoint
    }
}

/// Escapes the same characters in a line of JSON, where they can only stand inside a text.
///
/// Encoders of JSON leave all but the first 32 controls as they are, and people read JSON on
/// terminals too.
public func safeJSON(_ line: String) -> String {
    var safe = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
        // What is below a space was escaped by the encoder, or stands between texts.
        guard scalar.value > 0x20, !isHarmless(scalar) else {
            safe.append(scalar)
            continue
        }
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            let padding = String(repeating: "0", count: 4 - digits.count)
            safe.append(contentsOf: "\\u\(padding)\(digits)".unicodeScalars)
        }
    }
    return String(safe)
}
