import Testing

@testable import Adapters

@Suite struct URLPartTests {
    @Test func `nothing in a plan can leave its place in a URL`() {
        #expect(URLPart.segment("a/../b?c#d e%\n") == "a%2F..%2Fb%3Fc%23d%20e%25%0A")
        #expect(URLPart.path("team a/ü/x.y_z~1-2") == "team%20a/%C3%BC/x.y_z~1-2")
        #expect(URLPart.segment("@[`{") == "%40%5B%60%7B")
    }
}
