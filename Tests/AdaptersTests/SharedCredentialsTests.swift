import RotationCore
import Testing

@testable import Adapters

/// Shared credentials files, as Amazon's own tools read and write them.
@Suite struct SharedCredentialsTests {
    private static let file = """
        # written by hand
        [default]
        aws_access_key_id = AKIADEFAULT
        aws_secret_access_key=se/cret+of=default
        region = eu-west-1

        [ holdover ]
          aws_access_key_id=AKIAHOLDOVER
        ; a comment
        aws_secret_access_key = other\r
        aws_session_token = token==
        [half]
        aws_access_key_id = AKIAHALF
        [empty]
        aws_access_key_id =
        aws_secret_access_key = x
        [broken
        aws_access_key_id = AKIABROKEN
        aws_secret_access_key = x
        """

    private func keys(_ profile: String) -> AWSKeys? { AWSKeys(profile: profile, in: Self.file) }

    @Test func `a profile has its own lines and no others`() throws {
        let standard = try #require(keys("default"))
        #expect(standard.accessKeyID == "AKIADEFAULT" && standard.sessionToken == nil)
        #expect(standard.secretAccessKey.matches(ClientSecret("se/cret+of=default")))
        let other = try #require(keys("holdover"))
        #expect(other.accessKeyID == "AKIAHOLDOVER")
        #expect(other.secretAccessKey.matches(ClientSecret("other")))
        #expect(other.sessionToken?.matches(ClientSecret("token==")) == true)
    }

    @Test(arguments: ["half", "empty", "broken", "[broken", "Default", ""])
    func `what is not whole is no key`(profile: String) { #expect(keys(profile) == nil) }

    @Test func `printing keys shows no secret`() throws {
        let text = String(describing: try #require(keys("holdover")))
        #expect(text.contains("AKIAHOLDOVER") && !text.contains("token=="))
    }
}
