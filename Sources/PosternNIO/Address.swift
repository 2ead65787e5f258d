public enum Address {}
