import ClientCredentials
import RotationCore

@testable import Adapters
@testable import HTTPTransport

extension FuzzTarget {
    /// An answer's head, the waits in it, a request's own fields, and the addresses of both ends.
    static let heads = FuzzTarget("heads") { bytes in
        switch bytes.first {
        case UInt8(ascii: "u")?: address(String(decoding: bytes.dropFirst(), as: UTF8.self))
        case UInt8(ascii: "f")?: field(bytes.dropFirst())
        default: head(bytes)
        }
    }

    private static func head(_ bytes: [UInt8]) -> String? {
        var head = ResponseHead()
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            (Array(line) + [0x0A]).withUnsafeBytes { head.receive($0) }
        }
        guard head.size == bytes.count + 1 else { return "the head has another size" }
        for field in head.headers.fields {
            if (field.name + field.value).utf8.contains(0x0A) { return "a line end in a field" }
            if head.headers[field.name] == nil { return "a field is lost" }
        }
        if let wait = CallOutcome.retryAfter(head.headers), wait < .zero || wait > .hours(1) {
            return "a wait of \(wait)"
        }
        return nil
    }

    /// A request's field is refused, or stays on one line.
    private static func field(_ bytes: ArraySlice<UInt8>) -> String? {
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let request = HTTPRequest(
            url: "https://a.example",
            headers: HTTPHeaders([.init(name: parts[0], value: parts.last ?? "")]))
        let lines = (try? RequestFields.lines(of: request, agent: "holdover")) ?? []
        let isSplit = lines.contains { $0.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 } }
        return isSplit ? "a field on two lines" : nil
    }

    /// Where plan and transport both permit an address, they mean the same host.
    private static func address(_ text: String) -> String? {
        let origin = try? Origin(permitting: HTTPRequest(url: text))
        let numbers = origin?.host.split(separator: ".").compactMap { UInt8($0) } ?? []
        if numbers.count == 4, numbers.starts(with: [169, 254]) { return "\(text) is permitted" }
        if let origin, origin.scheme == "http", !origin.host.hasPrefix("127."),
            origin.host != "[::1]"
        {
            return "http to \(origin.host)"
        }
        guard let address = ServerAddress(text), let origin else { return nil }
        let hosts = ["\(origin.host)", "\(origin.host):\(origin.port)"].map {
            "\(origin.scheme)://\($0)".lowercased()
        }
        // libcurl writes numbers its own way: `0x7f.1` is 127.0.0.1, and a port without zeros.
        let isName = origin.host.contains { $0.isLetter } && !origin.host.hasPrefix("[")
        let hasPlainPort = !address.origin.contains(":0") && !address.origin.hasSuffix(":")
        let isEscaped = address.origin.contains("%")
        return !isName || !hasPlainPort || isEscaped || hosts.contains(address.origin)
            ? nil : "\(address.origin) is taken for \(hosts)"
    }
}
