/// The header lines of a request in libcurl's spelling, checked so that none can become two.
enum RequestFields {
    /// Fields that decide where a message ends; two opinions about that are request smuggling.
    private static let framing = ["connection", "content-length", "expect", "transfer-encoding"]

    static func lines(of request: HTTPRequest, agent: String) throws(HTTPFailure) -> [String] {
        var lines = ["Expect:"]  // no 100-continue: it costs a second where a server ignores it
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if request.headers["User-Agent"] == nil { lines.append("User-Agent: \(agent)") }
        for field in request.headers.fields {
            guard isToken(field.name) else {
                throw HTTPFailure(.notSent, "a header's name has a character that isn't allowed")
            }
            guard !framing.contains(where: { HTTPHeaders.same($0, field.name) }) else {
                throw HTTPFailure(.notSent, "the header \(field.name) isn't the caller's to set")
            }
            guard !field.value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F })
            else {
                throw HTTPFailure(
                    .notSent, "the value of \(field.name) has a control character in it")
            }
            // To libcurl "Name:" means "leave it out", and "Name;" a field without a value.
            let isEmpty = field.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        return lines
    }

    /// RFC 9110 §5.6.2.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
