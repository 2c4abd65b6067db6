import CCurl
import Glibc

/// One request on one easy handle.
///
/// Lives on the network thread only.
final class Transfer {
    static let bodyLimit = 1 << 20
    static let headLimit = 64 << 10

    let assignment: Assignment
    let handle: EasyHandle
    private var fieldList: UnsafeMutablePointer<curl_slist>?
    private let explanation: UnsafeMutablePointer<CChar>
    /// How often libcurl was about to send the request; more than once means a dead kept
    /// connection.
    private var sends = 0
    private var head = ResponseHead()
    private var body: [UInt8] = []
    /// Why a callback stopped the transfer.
    private var stopped: String?
    private var isTooLarge = false

    /// Prepares `handle` for the assignment, whose connection is nobody else's where it is `alone`;
    /// nothing is sent yet.
    init(
        _ assignment: Assignment, on handle: EasyHandle, _ settings: CurlClient.Settings,
        alone: Bool
    ) throws(HTTPFailure) {
        self.assignment = assignment
        self.handle = handle
        explanation = .allocate(capacity: Int(CURL_ERROR_SIZE))
        explanation.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try handle.check(ccurl_set_bytes(handle.raw, CURLOPT_ERRORBUFFER, explanation))
        try setRules(settings)
        try setDestination()
        try setConnection(isFresh: alone || assignment.request.connection == .fresh)
        try setContent(agent: settings.userAgent)
        try setCallbacks()
    }

    deinit {
        curl_slist_free_all(fieldList)
        explanation.deallocate()
    }

    /// What the caller is told after libcurl finished with `code`.
    func outcome(_ code: CURLcode) -> Assignment.Outcome {
        guard code == CURLE_OK else { return .failure(failure(explain(code))) }
        // libcurl takes a connection that closes amid the headers for an answer without a body.
        guard head.isComplete else {
            return .failure(failure("the connection was closed amid the answer's headers"))
        }
        let status = handle.long(CURLINFO_RESPONSE_CODE)
        return .success(HTTPResponse(status: status, headers: head.headers, body: body))
    }

    /// A failure that says what may have left: nothing does before the first `prereq` callback.
    func failure(_ message: String) -> HTTPFailure {
        HTTPFailure(sends == 0 ? .notSent : .interrupted, message, isTooLarge: isTooLarge)
    }

    private func explain(_ code: CURLcode) -> String {
        if let stopped { return stopped }
        if code == CURLE_OPERATION_TIMEDOUT {
            return sends == 0
                ? "no connection within the deadline" : "no answer within the deadline"
        }
        let detail = String(cString: explanation)
        return detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    }
}

extension Transfer {
    /// What no request may change.
    private func setRules(_ settings: CurlClient.Settings) throws(HTTPFailure) {
        try handle.set(CURLOPT_NOSIGNAL, true)
        try handle.set(CURLOPT_QUICK_EXIT, true)  // a stuck resolver must not hold up the others
        try handle.set(CURLOPT_FOLLOWLOCATION, false)
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_NOPROXY, "*")
        try handle.set(CURLOPT_NETRC, false)
        try handle.set(CURLOPT_HTTP09_ALLOWED, false)
        try handle.set(CURLOPT_SSL_VERIFYPEER, true)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        try handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))  // or later
        try handle.set(CURLOPT_MAXAGE_CONN, settings.idleSeconds)
    }

    private func setDestination() throws(HTTPFailure) {
        let request = assignment.request
        try handle.set(CURLOPT_URL, request.url)
        try handle.set(CURLOPT_PROTOCOLS_STR, assignment.origin.scheme)
        // HTTP/2 is negotiated by TLS only.
        let isSecure = assignment.origin.scheme == "https"
        let version = isSecure ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        try handle.set(CURLOPT_HTTP_VERSION, Int(version))
        if let caFile = request.caFile {
            try handle.set(CURLOPT_CAINFO, caFile)
            try handle.set(CURLOPT_CAPATH, nil as String?)
        }
        if let certificate = request.certificate { try setCertificate(certificate) }
        let left = ContinuousClock.now.duration(to: assignment.expiry)
        try handle.set(CURLOPT_TIMEOUT_MS, left)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, min(left, request.connectDeadline))
    }

    private func setConnection(isFresh: Bool) throws(HTTPFailure) {
        try handle.set(CURLOPT_FRESH_CONNECT, isFresh)
        try handle.set(CURLOPT_FORBID_REUSE, isFresh)
        try handle.set(CURLOPT_SSL_SESSIONID_CACHE, !isFresh)
        if isFresh { try handle.set(CURLOPT_DNS_CACHE_TIMEOUT, 0) }
    }

    /// What this side shows; libcurl compares it before it takes a kept connection or session.
    private func setCertificate(_ certificate: ClientCertificate) throws(HTTPFailure) {
        // By http it would silently be no proof at all.
        guard assignment.origin.scheme == "https" else {
            throw HTTPFailure(.notSent, "a client certificate needs https")
        }
        try handle.set(CURLOPT_SSLCERTTYPE, "PEM")
        try handle.set(CURLOPT_SSLCERT_BLOB, copying: certificate.chain)
        try handle.set(CURLOPT_SSLKEYTYPE, "PEM")
        try handle.set(CURLOPT_SSLKEY_BLOB, copying: certificate.key)
        // Without one, OpenSSL would ask for the passphrase at the terminal.
        try handle.set(CURLOPT_KEYPASSWD, "")
    }

    private func setContent(agent: String) throws(HTTPFailure) {
        let request = assignment.request
        switch request.method {
        case "HEAD": try handle.set(CURLOPT_NOBODY, true)
        case "POST", "PUT", "PATCH": try setBody(request.body ?? [])
        default:
            if let body = request.body {
                try setBody(body)
            } else {
                try handle.set(CURLOPT_HTTPGET, true)
            }
        }
        try handle.set(CURLOPT_CUSTOMREQUEST, request.method)
        for line in try RequestFields.lines(of: request, agent: agent) {
            guard let longer = curl_slist_append(fieldList, line) else {
                throw HTTPFailure(.notSent, "out of memory")
            }
            fieldList = longer
        }
        try handle.check(ccurl_set_list(handle.raw, CURLOPT_HTTPHEADER, fieldList))
    }

    private func setBody(_ body: [UInt8]) throws(HTTPFailure) {
        try handle.set(CURLOPT_POST, true)
        try handle.setBody(body)
    }

    private func setCallbacks() throws(HTTPFailure) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.check(
            ccurl_on_prereq(
                handle.raw,
                { context, address, _, _, _ in
                    let address = address.map { String(cString: $0) } ?? ""
                    return Transfer.of(context)?.willSend(to: address) ?? CURL_PREREQFUNC_ABORT
                }, context))
        try handle.check(
            ccurl_on_header(
                handle.raw,
                { bytes, size, count, context in
                    let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
                    return Transfer.of(context)?.receiveHead(part) == true ? size * count : 0
                }, context))
        try handle.check(
            ccurl_on_write(
                handle.raw,
                { bytes, size, count, context in
                    let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
                    return Transfer.of(context)?.receiveBody(part) == true ? size * count : 0
                }, context))
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Called when a connection stands and before a byte of the request is written to it.
    ///
    /// libcurl sends a request again by itself when a kept connection turns out to be dead. The
    /// server may have acted on the first copy, so for `one` the second never leaves.
    private func willSend(to address: String) -> CInt {
        // Here and not before, since only now a name has become an address, and no other can come.
        guard !assignment.request.isClosed(address) else {
            stopped = "\(assignment.origin.host) \(ClosedAddress.words): \(address)"
            return CInt(CURL_PREREQFUNC_ABORT)
        }
        sends += 1
        guard sends == 1 || assignment.request.attempts == .repeatable else {
            stopped = "the kept connection was closed before an answer came; not sent again"
            return CInt(CURL_PREREQFUNC_ABORT)
        }
        head = ResponseHead()
        body = []
        return CInt(CURL_PREREQFUNC_OK)
    }

    private func receiveHead(_ line: UnsafeRawBufferPointer) -> Bool {
        head.receive(line)
        guard head.size <= Self.headLimit else {
            stopped = "the answer's headers are larger than \(Self.headLimit / 1024) KiB"
            return false
        }
        return true
    }

    private func receiveBody(_ part: UnsafeRawBufferPointer) -> Bool {
        guard body.count + part.count <= Self.bodyLimit else {
            isTooLarge = true
            stopped = "the answer's body is larger than \(Self.bodyLimit / 1024) KiB"
            return false
        }
        body.append(contentsOf: part)
        return true
    }
}
