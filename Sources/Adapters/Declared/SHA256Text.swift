import Crypto

/// SHA-256 as people write it.
enum SHA256Text {
    /// Of the UTF-8 of `text`, in small hexadecimal digits.
    static func hex(of text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
