import CCurl
import Glibc

/// Where a permitted URL leads: scheme, host and port.
///
/// The URL is taken apart by the parser that the transfer uses too, so the two can't disagree about
/// which host is meant.
struct Origin: Hashable, Sendable {
    let scheme: String
    let host: String
    let port: String

    /// The origin of a request's URL; throws `notSent` for one that must not be asked.
    init(permitting request: HTTPRequest) throws(HTTPFailure) {
        let url = request.url
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw HTTPFailure(.notSent, "the URL has a space or a control character in it")
        }
        guard let handle = curl_url() else { throw HTTPFailure(.notSent, "out of memory") }
        defer { curl_url_cleanup(handle) }
        let code = curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_DISALLOW_USER))
        guard code == CURLUE_OK else { throw HTTPFailure(.notSent, Self.reason(code)) }

        scheme = try Self.part(CURLUPART_SCHEME, of: handle)
        host = try Self.part(CURLUPART_HOST, of: handle)
        port = try Self.part(CURLUPART_PORT, of: handle)
        guard !request.isClosed(host) else {
            throw HTTPFailure(.notSent, "\(host) \(ClosedAddress.words)")
        }
        switch scheme {
        case "https": break
        case "http" where Self.isLoopbackLiteral(host) || request.goesToMetadata: break
        case "http":
            throw HTTPFailure(
                .notSent, "http is for 127.0.0.0/8 and [::1] only, and \(host) needs https")
        default: throw HTTPFailure(.notSent, "the URL's scheme is neither https nor http")
        }
    }

    private static func reason(_ code: CURLUcode) -> String {
        code == CURLUE_USER_NOT_ALLOWED
            ? "the URL has a user name or a password in it"
            : "the URL can't be used: \(String(cString: curl_url_strerror(code)))"
    }

    private static func part(
        _ part: CURLUPart, of handle: OpaquePointer
    ) throws(HTTPFailure) -> String {
        var text: UnsafeMutablePointer<CChar>?
        let code = curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT))
        guard code == CURLUE_OK, let text else { throw HTTPFailure(.notSent, reason(code)) }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// Addresses only: the name `localhost` may resolve to anywhere.
    static func isLoopbackLiteral(_ host: String) -> Bool {
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return four.s_addr.bigEndian >> 24 == 127 }
        guard host.hasPrefix("["), host.hasSuffix("]") else { return false }
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &six) == 1 else {
            return false
        }
        return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
}
