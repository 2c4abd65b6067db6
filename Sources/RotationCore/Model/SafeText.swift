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

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
    return !invisible.contains { $0.contains(scalar.value) }
}

private let invisible: [ClosedRange<UInt32>] = [
    0x80...0x9F,  // C1 controls: 0x9B starts an escape sequence
    0xAD...0xAD,  // soft hyphen
    0x61C...0x61C,  // Arabic letter mark
    0x115F...0x1160, 0x3164...0x3164, 0xFFA0...0xFFA0,  // Hangul fillers
    0x180E...0x180E,  // Mongolian vowel separator
    0x200B...0x200F,  // zero-width characters and directional marks
    0x2028...0x202E,  // line and paragraph separators, embeddings and overrides
    0x2060...0x206F,  // word joiner, invisible operators, isolates
    0xFE00...0xFE0F, 0xE0100...0xE01EF,  // variation selectors
    0xFEFF...0xFEFF,  // zero-width no-break space
    0xFFF9...0xFFFB,  // interlinear annotation
    0xE0000...0xE007F,  // tags
]
