import Testing

@testable import HTTPTransport

/// The one request that may go where no other may; none of these is sent.
@Suite struct MetadataTests {
    private static let url =
        "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token"

    private static func isPermitted(_ request: HTTPRequest) -> Bool {
        (try? Origin(permitting: request)) != nil
    }

    @Test func `as it was made it may go there, and nowhere else that is closed`() {
        let request = HTTPRequest.googleMetadataToken()
        #expect(request.url == Self.url && request.headers["Metadata-Flavor"] == "Google")
        #expect(Self.isPermitted(request) && !request.isClosed("169.254.169.254"))
        for address in ["169.254.170.2", "fd00:ec2::254", "::ffff:169.254.169.254", "fe80::1"] {
            #expect(request.isClosed(address))
        }
    }

    @Test func `the same request of somebody else's making may not`() {
        let request = HTTPRequest(url: Self.url, headers: ["Metadata-Flavor": "Google"])
        #expect(!Self.isPermitted(request) && request.isClosed("169.254.169.254"))
    }

    @Test(arguments: [
        "http://169.254.169.254/", "\(url)?recursive=true", "\(url)/../identity",
        "http://169.254.169.254/latest/api/token", "https://169.254.169.254/",
        "http://169.254.170.2/v2/credentials", "http://2852039166/", "http://example.com/",
    ])
    func `with another URL it may not`(url: String) {
        var request = HTTPRequest.googleMetadataToken()
        request.url = url
        #expect(!Self.isPermitted(request) && request.isClosed("169.254.169.254"))
    }

    @Test func `with another method, a body or without its field it may not`() {
        for change in [
            { $0.method = "PUT" }, { $0.body = [] }, { $0.headers = [:] },
            { $0.headers["Metadata-Flavor"] = "Amazon" },
        ] as [(inout HTTPRequest) -> Void] {
            var request = HTTPRequest.googleMetadataToken()
            change(&request)
            #expect(!Self.isPermitted(request) && request.isClosed("169.254.169.254"))
        }
    }

    @Test(arguments: [("127.0.0.1:8080", true), ("169.254.170.2", false), ("example.com", false)])
    func `at another host the rules are those for every request`(host: String, may: Bool) {
        #expect(Self.isPermitted(.googleMetadataToken(at: host)) == may)
    }
}
