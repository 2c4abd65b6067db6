/// Something that goes wrong, on purpose, with the requests that it matches.
struct Fault: Sendable, Codable {
    enum Kind: String, Sendable, Codable {
        /// The effect happens; the connection ends without an answer.
        case lostAnswer = "lost_answer"
        /// The effect happens; the answer is a 5xx.
        case errorAfterEffect = "error_after_effect"
        /// A 5xx, and nothing happened.
        case errorBeforeEffect = "error_before_effect"
        /// Okta's "maximum number of client secrets", and nothing happened.
        case limit
        /// 429 in the dialect's own words, and nothing happened.
        case rateLimit = "rate_limit"
        /// The answer comes late.
        case slow
        /// `200 text/html`: a proxy's or a login page.
        case html
        /// The connection is reset before anything happened.
        case refuseConnectionReset = "refuse_connection_reset"
    }

    enum When: String, Sendable, Codable {
        case before
        case after
    }

    struct Match: Sendable, Codable {
        var method: String?
        /// A regular expression that the whole path has to match; what `X-Amz-Target` says
        /// stands behind it.
        var path: String?
        var prefix: String?
        var dialect: Dialect?
    }

    /// How many requests are left: a number, or `"forever"`, which is also what nothing means.
    enum Times: Sendable, Codable {
        case left(Int)
        case forever

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let left = try? container.decode(Int.self), left > 0 {
                self = .left(left)
            } else if (try? container.decode(String.self)) == "forever" {
                self = .forever
            } else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "a number above 0, or \"forever\"")
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .left(let left): try container.encode(left)
            case .forever: try container.encode("forever")
            }
        }
    }

    var match: Match
    var times: Times?
    var kind: Kind
    /// Which part of the requests that match it meets, at random; all when nothing is said.
    var share: Double?
    /// For the 5xx kinds; 500 when nothing is said.
    var status: Int?
    /// For `rate_limit`, in seconds.
    var retryAfter: Int?
    /// For `slow`.
    var ms: Milliseconds?
    /// For `slow` and `html`: before or after the effect; before when nothing is said.
    var when: When?
}
