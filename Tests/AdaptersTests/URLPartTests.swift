import Testing

@testable import Adapters

@Suite struct URLPartTests {
    @Test func `nothing in a plan can leave its place in a URL`() {
        #expect(URLPart.segment("a/../b?c#d e%\n") == "a%2F..%2Fb%3Fc%23d%20e%25%0A")
        #expect(URLPart.path("team a/ü/x.y_z~1-2") == "team%20a/%C3%BC/x.y_z~1-2")
        #expect(URLPart.segment("@[`{") == "%40%5B%60%7B")
    }

    @Test func `a port that goes without saying is left out, and no other one`() {
        for (url, plain) in [
            ("https://a:443/B?c=:443", "https://a/B?c=:443"), ("HTTPS://a:443", "HTTPS://a"),
            ("http://[::1]:80/x", "http://[::1]/x"), ("https://a:80/", "https://a:80/"),
            ("http://127.0.0.1:443", "http://127.0.0.1:443"), ("https://a:8443", "https://a:8443"),
            ("https://a?b:443", "https://a?b:443"), ("a:443", "a:443"),
        ] { #expect(URLPart.withoutUsualPort(url) == plain) }
    }
}
