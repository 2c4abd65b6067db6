import Testing

@testable import ClientCredentials

@Suite struct FormEncodingTests {
    @Test(arguments: [
        // RFC 6749 App. B's own example.
        (" %&+£€", "+%25%26%2B%C2%A3%E2%82%AC"),
        ("a:b", "a%3Ab"), ("é", "%C3%A9"), ("a b+c%d", "a+b%2Bc%25d"), ("~", "%7E"),
        ("*-._", "*-._"),
        ("AZaz09", "AZaz09"), ("", ""), ("\n\u{0}", "%0A%00"), ("/?=&#", "%2F%3F%3D%26%23"),
    ]) func `a text is encoded as the RFC has it`(text: String, encoded: String) {
        #expect(FormEncoding.encode(text) == encoded)
    }

    @Test func `fields are joined in order`() {
        #expect(
            FormEncoding.encode([FormField("a b", "1&2"), FormField("c", "")]) == "a+b=1%262&c=")
    }
}
