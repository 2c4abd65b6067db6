import FoundationEssentials

/// The texts of an OAuth error, which come from outside and end up in front of people.
enum ErrorText {
    /// RFC 6749 §5.2: printable ASCII but `"` and `\`.
    ///
    /// A sane length, too.
    static func isCode(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 200 && text.unicodeScalars.allSatisfy(isAllowed)
    }

    /// `text` without forbidden characters and without what some servers repeat: the secret, in
    /// each of its `spellings`.
    ///
    /// Signed assertions go too: one that was refused may be good for a minute yet.
    static func clean(_ text: String, without spellings: [String]) -> String {
        var text = text
        for spelling in spellings where !spelling.isEmpty {
            text = text.replacing(spelling, with: "<client secret>")
        }
        text = withoutAssertions(text)
        let cleaned = text.unicodeScalars.prefix(500).map { scalar -> Character in
            if isAllowed(scalar) { return Character(scalar) }
            return switch scalar {
            case "\"": "'"
            case "\\": "/"
            case "\r", "\n", "\t": " "
            default: "?"
            }
        }
        return String(cleaned)
    }

    /// In one pass, since the text is as long as a stranger makes it.
    private static func withoutAssertions(_ text: String) -> String {
        var (cleared, word) = (String.UnicodeScalarView(), String.UnicodeScalarView())
        func take() {
            let dots = word.count { $0 == "." }
            let isAssertion = dots >= 2 && String(word).contains("eyJ")
            cleared += isAssertion ? "<assertion>".unicodeScalars : word
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars {
            if scalar.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains(scalar) {
                word.append(scalar)
            } else {
                take()
                cleared.append(scalar)
            }
        }
        take()
        return String(cleared)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) && scalar != "\"" && scalar != "\\"
    }
}
