import Foundation
import ProcessTesting
import Testing

/// The scanner itself: what it misses, the canary tests can't see.
struct CanaryScanTests {
    private static let secret = #"a+b/c "d"\e=f&g%h~i*j-kLMNOPQRSTüäöß0123456789"#

    /// Each spelling made here by other means than the scanner's.
    private static let planted: [(CanaryEncoding, String, Data)] = {
        let bytes = Data(secret.utf8)
        let hex = bytes.map { String(format: "%02x", $0) }.joined()
        let escaped = secret.replacingOccurrences(of: "\\", with: "\\\\")
            .replacingOccurrences(of: "\"", with: "\\\"")
        let unreserved = CharacterSet(
            charactersIn:
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        let formed = CharacterSet(
            charactersIn:
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._ ")
        let percent = secret.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
        let form = (secret.addingPercentEncoding(withAllowedCharacters: formed) ?? "")
            .replacingOccurrences(of: " ", with: "+")
        var all: [(CanaryEncoding, String, Data)] = [
            (.raw, "raw", bytes), (.hexLower, "hex", Data(hex.utf8)),
            (.hexUpper, "hex", Data(hex.uppercased().utf8)),
            (.percent, "least", Data(percent.utf8)),
            (.percent, "lower", Data(lowered(percent).utf8)),
            (.percent, "all", Data(bytes.map { String(format: "%%%02X", $0) }.joined().utf8)),
            (.form, "form", Data(form.utf8)), (.json, "least", Data(escaped.utf8)),
            (.json, "slashes", Data(escaped.replacingOccurrences(of: "/", with: "\\/").utf8)),
            (
                .json, "all",
                Data(secret.utf16.map { String(format: "\\u%04x", $0) }.joined().utf8)
            ),
            (.utf16, "utf16", secret.data(using: .utf16LittleEndian) ?? Data()),
            (.reversed, "reversed", Data(bytes.reversed())),
        ]
        for offset in 0..<3 {
            let around = Data(repeating: 0x3F, count: offset) + bytes + Data("?behind".utf8)
            let base64 = around.base64EncodedString()
            all.append((.base64, "at \(offset)", Data(base64.utf8)))
            let url = base64.replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_")
            all.append((.base64URL, "at \(offset)", Data(url.utf8)))
        }
        return all
    }()

    private static func lowered(_ percent: String) -> String {
        percent.replacing(#/%[0-9A-F]{2}/#) { $0.output.lowercased() }
    }

    @Test func `every encoding that is planted is found, in a file and in a text`() async throws {
        #expect(Set(Self.planted.map(\.0)) == Set(CanaryEncoding.allCases))
        try await Workbench.open { bench in
            let scan = try CanaryScan(["the secret": Self.secret])
            let place = try bench.directory("planted/.hidden")
            for (encoding, kind, spelling) in Self.planted {
                let content = Data("before ".utf8) + spelling + Data(" behind".utf8)
                let file = "\(place)/one.bin"
                try content.write(to: URL(fileURLWithPath: file))
                let found = try scan.scan(directory: bench.at("planted"))
                #expect(found.contains { $0.encoding == encoding }, "\(encoding) \(kind)")
                #expect(found.allSatisfy { $0.place == file && $0.secret == "the secret" })
                #expect(scan.scan(content, named: "text").count == found.count)
            }
        }
    }

    @Test func `a part of a secret is found, and its absence too`() throws {
        let scan = try CanaryScan(["one": Self.secret, "two": "0123456789abcdefghij"])
        let head = "cut: \(Self.secret.prefix(20))…"
        #expect(scan.scan(head, named: "head").contains { $0.encoding == .raw })
        let tail = "…\(Self.secret.suffix(18))"
        #expect(scan.scan(tail, named: "tail").contains { $0.encoding == .raw })
        #expect(scan.scan("nothing of the kind 0123456789", named: "text").isEmpty)
        #expect(throws: CanaryScan.TooShort.self) { try CanaryScan(["short": "0123"]) }
    }

    @Test func `a secret in the name of a file is found`() async throws {
        try await Workbench.open { bench in
            let scan = try CanaryScan(["it": "0123456789abcdefghij"])
            try bench.directory("names")
            try bench.write("", to: "names/0123456789abcdefghij.log")
            #expect(try scan.scan(directory: bench.at("names")).count > 0)
        }
    }
}
