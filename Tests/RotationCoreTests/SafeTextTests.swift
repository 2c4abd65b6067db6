import RotationCore
import Testing

@Suite struct SafeTextTests {
    @Test func `plain text is left alone`() {
        #expect(safeText("okta: Prüfung \u{1F511} 99 %") == "okta: Prüfung \u{1F511} 99 %")
    }

    @Test(arguments: [
        ("\u{1B}[2J", "\\u{1b}[2J"), ("a\nb\tc\rd", "a\\u{a}b\\u{9}c\\u{d}d"),
        ("\u{7F}", "\\u{7f}"),
        ("\u{9B}31m", "\\u{9b}31m"), ("\u{202E}evil", "\\u{202e}evil"),
        ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"), ("x\u{200B}y", "x\\u{200b}y"),
        ("\u{85}", "\\u{85}"), ("a\rb", "a\\u{d}b"), ("\u{34F}", "\\u{34f}"),
        ("\u{1D173}", "\\u{1d173}"), ("\u{E0100}", "\\u{e0100}"), ("\u{17B4}", "\\u{17b4}"),
        ("\u{FEFF}", "\\u{feff}"), ("\u{E0041}", "\\u{e0041}"), ("\u{0}", "\\u{0}"),
    ])
    func `what could fool a terminal is escaped`(text: String, expected: String) {
        #expect(safeText(text) == expected)
    }

    @Test func `no control character of any kind survives`() {
        let all = (UInt32(0)...0x2FFFF).compactMap(Unicode.Scalar.init)
        let shown = safeText(String(String.UnicodeScalarView(all)), limit: .max)
        let left = shown.unicodeScalars.filter { $0.properties.generalCategory == .control }
        #expect(left.isEmpty)
        let formats = shown.unicodeScalars.filter {
            $0.properties.generalCategory == .format || $0.properties.isDefaultIgnorableCodePoint
        }
        #expect(formats.isEmpty)
    }

    @Test func `JSON says the same and shows nothing invisible`() {
        let line = "{\n  \"a\": \"\u{9B}é\u{202E}\u{E0041}\u{7F}\"\n}"
        let safe = #"\u009bé\u202e\udb40\udc41\u007f"#
        #expect(safeJSON(line) == "{\n  \"a\": \"\(safe)\"\n}")
    }

    @Test(arguments: [1, 2, 5, 6, 7, 200])
    func `the limit holds and a cut is marked`(limit: Int) {
        let shown = safeText(String(repeating: "\u{1B}ab", count: 200), limit: limit)
        #expect(shown.unicodeScalars.count <= limit)
        #expect(shown.hasSuffix("\u{2026}"))
    }

    @Test func `text of just the limit is not cut`() {
        let text = String(repeating: "a", count: 200)
        #expect(safeText(text) == text)
        #expect(safeText(text + "b").unicodeScalars.count == 200)
    }
}
