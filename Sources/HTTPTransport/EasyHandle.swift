import CCurl

/// A libcurl easy handle; options that can't be set fail the request before it is sent.
struct EasyHandle {
    let raw: UnsafeMutableRawPointer

    init?() {
        guard let raw = curl_easy_init() else { return nil }
        self.raw = raw
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
        try check(ccurl_set_long(raw, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) throws(HTTPFailure) {
        try check(ccurl_set_long(raw, option, value ? 1 : 0))
    }

    func set(_ option: CURLoption, _ value: String?) throws(HTTPFailure) {
        try check(ccurl_set_string(raw, option, value))
    }

    func set(_ option: CURLoption, _ value: Duration) throws(HTTPFailure) {
        try set(option, value.wholeMilliseconds)
    }

    /// Lets libcurl copy `bytes`.
    func set(_ option: CURLoption, copying bytes: [UInt8]) throws(HTTPFailure) {
        try check(
            bytes.withUnsafeBytes { ccurl_set_blob(raw, option, $0.baseAddress, $0.count) })
    }

    /// Lets libcurl copy `body`, since the transfer outlives this call.
    func setBody(_ body: [UInt8]) throws(HTTPFailure) {
        try check(ccurl_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        let code = body.withUnsafeBytes { bytes in
            bytes.isEmpty
                ? ccurl_set_string(raw, CURLOPT_COPYPOSTFIELDS, "")
                : ccurl_set_bytes(raw, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
        }
        try check(code)
    }

    func check(_ code: CURLcode) throws(HTTPFailure) {
        guard code == CURLE_OK else {
            throw HTTPFailure(.notSent, String(cString: curl_easy_strerror(code)))
        }
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }
}

extension Duration {
    /// At least one, since none means "for ever" to libcurl.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let bounded = min(max(seconds, 0), 86_400)
        return max(1, Int(bounded) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
